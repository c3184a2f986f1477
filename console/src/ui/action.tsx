import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconUsers } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useMemo, useRef, useState } from "react";
import { RefusedError } from "../api/line.js";
import { useWorlds } from "../api/metrics.js";
import type { Field, Schema } from "../api/schema.js";
import { useHere, useRefresh } from "../api/use.js";
import { useTexts, word } from "../texts/index.js";
import { Facts, ReplyView } from "./facts.js";
import { SchemaForm } from "./form.js";
import { beginWith, type FormValues, readForm } from "./form-values.js";
import { download } from "./format.js";
import { newKey } from "./key.js";
import { ErrorNote } from "./states.js";
import { TrialNote } from "./trial.js";
import { Value } from "./value.js";

/** The function that runs another one on a copy. */
const TRY = "try";
const DRY_RUN = "dry_run";

export interface ActionProps {
  /** The function. */
  called: string;
  /** Arguments that the place decides. */
  preset?: Readonly<Record<string, unknown>>;
  /** What other arguments begin with. */
  initial?: Readonly<Record<string, unknown>>;
  /** The values that an argument may have, where the schema does not name them. */
  choices?: Readonly<Record<string, readonly string[]>>;
  /** A function that counts whom the thing would reach in a world, with arguments of the same names. */
  count?: string;
  /** Whether it hurts: the button is red, and the values have to be confirmed. */
  isGrave?: boolean;
}

export interface ActionButtonProps extends ActionProps {
  label?: string;
  icon?: ReactNode;
  variant?: "default" | "light" | "filled" | "subtle";
  size?: "xs" | "sm";
}

/** A button that opens the form of a function. It is not there where the server would refuse the call. */
export function ActionButton({
  label,
  icon,
  variant = "default",
  size = "xs",
  ...action
}: ActionButtonProps): ReactNode {
  const { functions } = useHere();
  const texts = useTexts();
  const [isOpen, setOpen] = useState(false);
  if (!functions.may(action.called)) return null;
  return (
    <>
      <Button
        size={size}
        variant={action.isGrave === true && variant === "default" ? "light" : variant}
        {...(action.isGrave === true ? { color: "red" } : {})}
        leftSection={icon}
        data-action={action.called}
        onClick={() => {
          setOpen(true);
        }}
      >
        {label ?? word(texts.verbs, action.called)}
      </Button>
      {isOpen && (
        <ActionDialog
          {...action}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </>
  );
}

/** The form of a function in a dialog: its fields, a reason, a confirmation, a trial, and what came of it. */
export function ActionDialog({ onClose, ...action }: ActionProps & { onClose: () => void }): ReactElement {
  const texts = useTexts();
  return (
    <Modal
      opened
      onClose={onClose}
      title={word(texts.verbs, action.called)}
      size="lg"
      closeButtonProps={{ "aria-label": texts.common.close }}
    >
      <ActionForm {...action} onClose={onClose} />
    </Modal>
  );
}

interface Outcome {
  reply: unknown;
  isTrial: boolean;
}

function ActionForm({
  called,
  preset = {},
  initial = {},
  choices = {},
  count,
  isGrave = false,
  onClose,
}: ActionProps & { onClose: () => void }) {
  const { functions, line, world } = useHere();
  const texts = useTexts();
  const refresh = useRefresh();
  const info = functions.find(called);
  const all = useMemo(() => functions.schemas.fields(info?.arguments ?? {}), [functions, info]);
  const fields = all
    .filter(({ name }) => !(name in preset) && name !== DRY_RUN)
    .map((field) => withChoices(field, choices));
  const hasDryRun = all.some(({ name }) => name === DRY_RUN);
  const needed = info?.may_change === true ? ["reason"] : [];
  const [values, setValues] = useState(() => beginWith(fields, initial));
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const [isConfirmed, setConfirmed] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [outcome, setOutcome] = useState<Outcome>();
  // The same key until an answer has come: a repeat after a broken line does nothing twice.
  const key = useRef(newKey());

  const send = async (isTrial: boolean) => {
    const read = readForm(texts, fields, values, needed);
    setMistakes("mistakes" in read ? read.mistakes : {});
    if ("mistakes" in read) return;
    const data = { ...preset, ...read.data };
    setBusy(true);
    setError(undefined);
    try {
      const reply = isTrial
        ? await (hasDryRun
            ? line.call(called, { ...data, [DRY_RUN]: true }, { world })
            : line.call(TRY, { function: called, arguments: data }, { world }))
        : await line.call(called, data, { world, once: key.current });
      if (isTrial) {
        setOutcome({ reply, isTrial });
        return;
      }
      key.current = newKey();
      // Without anything to read the message beside the page is enough; and what the dialog hangs on may be gone now.
      if (reply === null || reply === undefined) onClose();
      else setOutcome({ reply, isTrial });
      refresh();
      notifications.show({ message: `${word(texts.verbs, called)}: ${texts.action.done}`, color: "teal" });
    } catch (failure) {
      if (failure instanceof RefusedError) key.current = newKey();
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  if (outcome !== undefined && !outcome.isTrial) {
    return <Done reply={outcome.reply} schema={info?.reply ?? {}} onClose={onClose} />;
  }
  const canTry = info?.may_change === true && (hasDryRun || (info.can_be_tried && functions.may(TRY)));
  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault();
    void send(false);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {plainDoc(functions.about(called))}
        </Text>
        {Object.keys(preset).length > 0 && <Preset values={preset} schema={info?.arguments ?? {}} />}
        <SchemaForm fields={fields} values={values} mistakes={mistakes} onChange={setValues} needed={needed} />
        {isGrave && (
          <Checkbox
            label={texts.action.confirmAny}
            checked={isConfirmed}
            onChange={(event) => {
              setConfirmed(event.currentTarget.checked);
            }}
          />
        )}
        {count !== undefined && <Count called={count} {...{ fields, values, setMistakes }} />}
        {error !== undefined && <ErrorNote error={error} />}
        {outcome !== undefined && (
          <TrialNote called={called} reply={outcome.reply} isOfFork={!hasDryRun} schema={info?.reply ?? {}} />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {texts.common.cancel}
          </Button>
          {canTry && (
            <Button variant="light" disabled={isBusy} onClick={() => void send(true)}>
              {texts.action.tryFirst}
            </Button>
          )}
          <Button
            type="submit"
            loading={isBusy}
            disabled={isGrave && !isConfirmed}
            {...(isGrave ? { color: "red" } : {})}
          >
            {info?.may_change === true ? texts.action.submit : texts.action.run}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface CountProps {
  called: string;
  fields: readonly Field[];
  values: FormValues;
  setMistakes: (mistakes: Record<string, string>) => void;
}

/** How many players a form would reach, in the worlds that it names, or in all. */
function Count({ called, fields, values, setMistakes }: CountProps): ReactElement | null {
  const { functions, line } = useHere();
  const texts = useTexts();
  const worlds = useWorlds();
  const counting = useMutation({
    mutationFn: async (asked: { data: object; worlds: readonly number[] }) => {
      const replies = await Promise.all(asked.worlds.map((world) => line.call(called, asked.data, { world })));
      return replies.reduce<number>((sum, reply) => sum + (reply as { players: number }).players, 0);
    },
  });
  if (!functions.may(called)) return null;
  const names = functions.schemas.fields(functions.find(called)?.arguments ?? {}).map(({ name }) => name);
  const count = () => {
    const read = readForm(
      texts,
      fields.filter(({ name }) => name === "worlds" || names.includes(name)),
      values,
    );
    setMistakes("mistakes" in read ? read.mistakes : {});
    if ("mistakes" in read) return;
    const { worlds: named = [], ...data } = read.data as { worlds?: number[] };
    counting.mutate({ data, worlds: named.length > 0 ? named : worlds });
  };
  return (
    <Group gap="sm">
      <Button
        variant="default"
        size="xs"
        leftSection={<IconUsers size={15} aria-hidden />}
        loading={counting.isPending}
        data-count
        onClick={count}
      >
        {texts.action.count}
      </Button>
      {counting.data !== undefined && (
        <Text size="sm" role="status">
          {texts.action.counted(counting.data)}
        </Text>
      )}
      {counting.error !== null && <ErrorNote error={counting.error} />}
    </Group>
  );
}

function withChoices(field: Field, choices: Readonly<Record<string, readonly string[]>>): Field {
  const named = choices[field.name];
  return named === undefined || named.length === 0 ? field : { ...field, kind: "choice", choices: [...named] };
}

function Preset({ values, schema }: { values: Readonly<Record<string, unknown>>; schema: Schema }): ReactElement {
  const { functions } = useHere();
  const texts = useTexts();
  const properties = functions.schemas.properties(schema);
  return (
    <Facts
      facts={Object.entries(values).map(([name, value]) => [
        word(texts.fields, name),
        <Value key={name} name={name} value={value} schema={functions.schemas.resolved(properties[name])} />,
      ])}
    />
  );
}

function Done({ reply, schema, onClose }: { reply: unknown; schema: Schema; onClose: () => void }): ReactElement {
  const texts = useTexts();
  return (
    <Stack gap="md">
      <Alert color="teal" variant="light" icon={<IconCheck />} title={texts.action.done} role="status" />
      <ReplyView reply={reply} schema={schema} />
      <Group justify="flex-end" gap="xs">
        {listsOf(reply).map(([name, lines]) => (
          <Button
            key={name}
            variant="default"
            onClick={() => {
              download(`${name}.txt`, `${lines.join("\n")}\n`, "text/plain");
            }}
          >
            {texts.common.download(`${name}.txt`)}
          </Button>
        ))}
        <Button onClick={onClose} data-autofocus>
          {texts.common.close}
        </Button>
      </Group>
    </Stack>
  );
}

/** The lists of texts in a reply, which may be too long to read on the page. */
function listsOf(reply: unknown): [string, string[]][] {
  if (typeof reply !== "object" || reply === null) return [];
  const isTexts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
  return Object.entries(reply).filter((entry): entry is [string, string[]] => isTexts(entry[1]));
}

/** What a type's comment says, without the call that it begins with. */
export function plainDoc(doc: string): string {
  const text = doc.replace(/\s+/g, " ").replace(/^`[^`]*`[.:]?\s*/, "");
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll("`", "");
}
