import { Badge, Button, Group, NavLink, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type ReactElement, useMemo, useRef, useState } from "react";
import { useLocation, useParams } from "wouter";
import type { FunctionInfo } from "../api/functions.js";
import { RefusedError } from "../api/line.js";
import { useHere, useRefresh } from "../api/use.js";
import { useTexts, word } from "../texts/index.js";
import { plainDoc } from "../ui/action.js";
import { SchemaForm } from "../ui/form.js";
import { beginWith, readForm } from "../ui/form-values.js";
import { newKey } from "../ui/key.js";
import { Card, Page } from "../ui/page.js";
import { Empty, ErrorNote } from "../ui/states.js";
import { dateTime } from "../ui/format.js";
import { Facts, ReplyView } from "../ui/facts.js";
import { Json } from "../ui/value.js";
import classes from "./functions.module.css";

const KEPT = 10;

/** A call that was made here. */
interface Made {
  number: number;
  at: number;
  called: string;
  data: object;
  reply?: unknown;
  error?: unknown;
}

export function Functions(): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const [, go] = useLocation();
  const { name = "" } = useParams<{ name?: string }>();
  const [wanted, setWanted] = useState("");
  const [made, setMade] = useState<readonly Made[]>([]);
  const shown = functions
    .allowed()
    .filter((info) =>
      `${info.function} ${word(texts.verbs, info.function)}`.toLowerCase().includes(wanted.toLowerCase()),
    );
  const info = functions.find(name);
  return (
    <Page name="functions">
      <div className={classes["columns"]} data-chosen={info !== undefined}>
        <div className={classes["menu"]}>
          <TextInput
            aria-label={texts.functions.search}
            placeholder={texts.functions.search}
            leftSection={<IconSearch size={16} aria-hidden />}
            value={wanted}
            onChange={(event) => {
              setWanted(event.currentTarget.value);
            }}
          />
          <p className={classes["count"]}>{texts.functions.count(shown.length)}</p>
          {shown.map((one) => (
            <NavLink
              key={one.function}
              component="button"
              active={one.function === name}
              aria-current={one.function === name ? "true" : undefined}
              label={one.function}
              description={word(texts.verbs, one.function)}
              onClick={() => {
                go(`/functions/${one.function}`);
              }}
            />
          ))}
        </div>
        <div className={classes["main"]}>
          {info === undefined ? (
            <Card>
              <Empty text={texts.functions.pick} />
            </Card>
          ) : (
            <>
              <Caller
                key={info.function}
                info={info}
                onMade={(call) => {
                  setMade((before) => [{ ...call, number: before.length }, ...before].slice(0, KEPT));
                }}
              />
              <Card title={texts.action.lastReplies}>
                {made.length === 0 ? (
                  <Empty text={texts.functions.noReplies} />
                ) : (
                  made.map((call) => <MadeCall key={call.number} call={call} />)
                )}
              </Card>
            </>
          )}
        </div>
      </div>
    </Page>
  );
}

function Caller({ info, onMade }: { info: FunctionInfo; onMade: (made: Omit<Made, "number">) => void }): ReactElement {
  const texts = useTexts();
  const { functions, line, world } = useHere();
  const refresh = useRefresh();
  const fields = useMemo(() => functions.schemas.fields(info.arguments), [functions, info]);
  const [values, setValues] = useState(() => beginWith(fields, {}));
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  const [isBusy, setBusy] = useState(false);
  const key = useRef(newKey());
  const send = async () => {
    const read = readForm(texts, fields, values);
    setMistakes("mistakes" in read ? read.mistakes : {});
    if ("mistakes" in read) return;
    const call = { at: Date.now() / 1000, called: info.function, data: read.data };
    setBusy(true);
    try {
      const options = info.may_change ? { world, once: key.current } : { world };
      onMade({ ...call, reply: await line.call(info.function, read.data, options) });
      key.current = newKey();
      if (info.may_change) refresh();
    } catch (error) {
      if (error instanceof RefusedError) key.current = newKey();
      onMade({ ...call, error });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card
      title={<code>{info.function}</code>}
      actions={
        <Group gap={6}>
          <Badge variant="light" tt="none" color={info.may_change ? "orange" : "gray"}>
            {info.may_change ? texts.common.changes : texts.common.readOnly}
          </Badge>
          <Badge variant="light" tt="none" color="gray">
            {texts.functions.right}: {info.right}
          </Badge>
        </Group>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            {plainDoc(functions.about(info.function))}
          </Text>
          <SchemaForm fields={fields} values={values} mistakes={mistakes} onChange={setValues} />
          {info.codes.length > 0 && (
            <Facts facts={info.codes.map(({ number, meaning }) => [String(number ?? "…"), meaning] as const)} />
          )}
          <Group justify="flex-end">
            <Button type="submit" loading={isBusy} disabled={!functions.may(info.function)}>
              {info.may_change ? texts.action.submit : texts.action.run}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function MadeCall({ call }: { call: Made }): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const [isRaw, setRaw] = useState(false);
  return (
    <article className={classes["made"]} data-made={call.called}>
      <Group justify="space-between" mb={6}>
        <Text size="sm" fw={600}>
          <code>{call.called}</code> <span className={classes["when"]}>{dateTime(call.at)}</span>
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          aria-pressed={isRaw}
          onClick={() => {
            setRaw(!isRaw);
          }}
        >
          JSON
        </Button>
      </Group>
      {call.error !== undefined ? (
        <ErrorNote error={call.error} />
      ) : isRaw ? (
        <Json value={{ [texts.action.request]: call.data, [texts.action.reply]: call.reply }} />
      ) : (
        <ReplyView reply={call.reply} schema={functions.find(call.called)?.reply ?? {}} />
      )}
    </article>
  );
}
