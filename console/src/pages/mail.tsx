import { Badge } from "@mantine/core";
import type { ReactElement } from "react";
import { type Row, useHere } from "../api/use.js";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";
import { Value } from "../ui/value.js";

const COLUMNS = ["state", "number", "title", "items", "audience", "from", "until", "by", "reason"];

/** What everybody is told and given: mails to all, and announcements to those who are connected. */
export function Mail(): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  return (
    <Page name="mail" actions={<ActionButton called="mail_all" count="mail_all_preview" variant="filled" isGrave />}>
      <Card title={texts.mail.mails}>
        <List
          called="mail_all_list"
          list="mails"
          columns={COLUMNS}
          cells={{ state: (row) => <MailState row={row} />, audience: (row) => <Audience row={row} /> }}
          actions={({ number, withdrawn_at }) =>
            (withdrawn_at ?? null) === null && <ActionButton called="mail_all_withdraw" preset={{ number }} isGrave />
          }
        />
      </Card>
      {functions.may("announce_list") && (
        <Card title={texts.mail.announcements} actions={<ActionButton called="announce" />}>
          <List
            called="announce_list"
            list="announcements"
            actions={(row) => <ActionButton called="announce_withdraw" preset={{ number: row["number"] }} isGrave />}
          />
        </Card>
      )}
    </Page>
  );
}

function MailState({ row }: { row: Row }): ReactElement {
  const { mail } = useTexts();
  const state = stateOf(row);
  return (
    <Badge variant="light" color={COLORS[state]} tt="none">
      {mail[state]}
    </Badge>
  );
}

/** What is asked of a player, if it is not everybody. */
function Audience({ row }: { row: Row }): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const { schemas } = functions;
  const asked = Object.entries(row["audience"] as Row).filter(([, value]) => value !== null && value !== false);
  const limits = asked.filter(([, value]) => !Array.isArray(value) || value.length > 0);
  if (limits.length === 0) return <>{texts.mail.everybody}</>;
  const properties = schemas.properties(schemas.resolved(functions.find("mail_all")?.arguments ?? {}));
  return <Value name="audience" value={Object.fromEntries(limits)} schema={schemas.resolved(properties["audience"])} />;
}

const COLORS = { withdrawn: "red", over: "gray", planned: "blue", running: "teal" } as const;

function stateOf(row: Row): keyof typeof COLORS {
  const now = Date.now() / 1000;
  if ((row["withdrawn_at"] ?? null) !== null) return "withdrawn";
  if (Number(row["until"]) <= now) return "over";
  return Number(row["from"]) > now ? "planned" : "running";
}
