import { Checkbox, Fieldset, NativeSelect, PasswordInput, Textarea, TextInput } from "@mantine/core";
import type { ReactElement } from "react";
import type { Field } from "../api/schema.js";
import { useTexts, word } from "../texts/index.js";
import { type FormValues, isList } from "./form-values.js";
import classes from "./form.module.css";

const LONG = /^(message|text|body|reason|note|about)$/;

export interface SchemaFormProps {
  fields: readonly Field[];
  values: FormValues;
  mistakes: Readonly<Record<string, string>>;
  onChange: (values: FormValues) => void;
  /** Fields that are needed although the server takes requests without them. */
  needed?: readonly string[];
  /** Fields side by side, without their descriptions. */
  isCompact?: boolean;
  /** What the names of the fields begin with in `values`: of a group its own and a dot. */
  path?: string;
}

/** The fields of a function's arguments. */
export function SchemaForm({
  fields,
  values,
  mistakes,
  onChange,
  needed = [],
  isCompact = false,
  path = "",
}: SchemaFormProps): ReactElement {
  const texts = useTexts();
  return (
    <div className={classes[isCompact ? "line" : "fields"]}>
      {fields.map((field) => {
        const name = path + field.name;
        if (field.kind === "group") {
          return (
            <Fieldset key={name} legend={word(texts.fields, field.name)} variant="filled">
              <SchemaForm {...{ values, mistakes, onChange }} fields={field.fields} path={`${name}.`} />
            </Fieldset>
          );
        }
        return (
          <FieldInput
            key={name}
            field={{ ...field, name }}
            isCompact={isCompact}
            isNeeded={(field.isRequired && field.fallback === undefined) || needed.includes(field.name)}
            value={values[name] ?? ""}
            mistake={mistakes[name]}
            onChange={(value) => {
              onChange({ ...values, [name]: value });
            }}
          />
        );
      })}
    </div>
  );
}

interface FieldInputProps {
  field: Field;
  isCompact: boolean;
  isNeeded: boolean;
  value: string | boolean;
  mistake: string | undefined;
  onChange: (value: string | boolean) => void;
}

function FieldInput({ field, isCompact, isNeeded, value, mistake, onChange }: FieldInputProps): ReactElement {
  const texts = useTexts();
  const { name, kind } = field;
  const isReason = name === "reason";
  const label = word(texts.fields, name.slice(name.lastIndexOf(".") + 1));
  const description = isCompact
    ? undefined
    : isReason
      ? texts.action.reasonHint
      : described(field, texts.action.oneEach);
  const text = typeof value === "string" ? value : "";
  if (kind === "boolean") {
    return (
      <Checkbox
        label={label}
        name={name}
        description={description}
        checked={value === true}
        onChange={(event) => {
          onChange(event.currentTarget.checked);
        }}
      />
    );
  }
  const common = {
    label: isNeeded || isCompact ? label : `${label} (${texts.action.optional})`,
    description,
    error: mistake,
    value: text,
    name,
    autoComplete: "off",
    "aria-required": isNeeded,
    onChange: (event: { currentTarget: { value: string } }) => {
      onChange(event.currentTarget.value);
    },
  };
  if (kind === "choice") {
    return <NativeSelect {...common} data={[{ value: "", label: texts.action.choose }, ...field.choices]} />;
  }
  if (kind === "secret") return <PasswordInput {...common} autoComplete="new-password" />;
  if (kind === "json")
    return <Textarea {...common} rows={4} spellCheck={false} classNames={{ input: classes["code"] ?? "" }} />;
  if (isList(kind) || (kind === "text" && LONG.test(name))) return <Textarea {...common} rows={isList(kind) ? 3 : 2} />;
  if (kind === "moment") return <TextInput {...common} type="datetime-local" step={1} />;
  return <TextInput {...common} inputMode={kind === "text" ? "text" : "numeric"} spellCheck={false} />;
}

function described({ description, kind, minimum, maximum, unit }: Field, oneEach: string): string {
  const range = minimum !== undefined && maximum !== undefined ? `${minimum} – ${maximum}` : "";
  const text = description.replace(/\s+/g, " ").replaceAll("`", "");
  // A moment is chosen in a calendar, whatever the server is sent.
  const plain = kind === "moment" ? text.replace(/, unix seconds/, "").replace(/^Unix seconds/, "The moment") : text;
  return [isList(kind) ? `${oneEach}.` : "", plain, unit ?? "", range].filter((part) => part !== "").join(" ");
}
