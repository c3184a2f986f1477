import { Alert, List, Stack, Text } from "@mantine/core";
import { IconFlask } from "@tabler/icons-react";
import type { ReactElement } from "react";
import { RefusedError } from "../api/line.js";
import type { Schema } from "../api/schema.js";
import type { Row } from "../api/use.js";
import { useTexts, word } from "../texts/index.js";
import { ReplyView } from "./facts.js";
import { ErrorNote } from "./states.js";
import { DataTable } from "./table.js";

/** The reply of `try`. */
interface Tried {
  status: number;
  message: string;
  changes: string[];
  effect: { part: string; what: string; before: unknown; after: unknown }[];
  not_known: string[];
}

const COLUMNS = ["part", "what", "before", "after"];

export interface TrialNoteProps {
  /** The function that was tried. */
  called: string;
  reply: unknown;
  /** Whether a fork was asked; else it was a dry run, whose reply the function's schema describes. */
  isOfFork: boolean;
  schema: Schema;
}

/** What came of a trial: what would change, or why it would be refused. */
export function TrialNote({ called, reply, isOfFork, schema }: TrialNoteProps): ReactElement {
  const texts = useTexts();
  if (isOfFork && (reply as Tried).status !== 0) {
    const { status, message } = reply as Tried;
    return (
      <div data-trial>
        <ErrorNote error={new RefusedError(called, status, message, undefined)} />
      </div>
    );
  }
  return (
    <Alert color="indigo" variant="light" icon={<IconFlask />} title={texts.action.tried} data-trial>
      {isOfFork ? <Effect tried={reply as Tried} /> : <ReplyView reply={reply} schema={schema} />}
    </Alert>
  );
}

function Effect({ tried: { changes, effect, not_known: unknown } }: { tried: Tried }): ReactElement {
  const texts = useTexts();
  const rows: Row[] = effect.map((each) => ({ ...each, part: word(texts.fields, each.part) }));
  return (
    <Stack gap="xs">
      {changes.length > 0 && (
        <List size="sm">
          {changes.map((change) => (
            <List.Item key={change}>{change}</List.Item>
          ))}
        </List>
      )}
      {rows.length > 0 ? (
        <DataTable rows={rows} schema={{}} columns={COLUMNS} />
      ) : (
        <Text size="sm">{texts.action.noEffect}</Text>
      )}
      {unknown.length > 0 && (
        <Text size="sm" c="dimmed">
          {texts.action.notKnown(unknown.join(", "))}
        </Text>
      )}
    </Stack>
  );
}
