import { Badge, Group } from "@mantine/core";
import type { ReactElement } from "react";
import { type Row } from "../api/use.js";
import { type Texts, useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";

const COLUMNS = ["batch", "title", "items", "count", "uses", "redeemed", "until", "made_by"];

/** Batches of gift codes: made, looked at, withdrawn. */
export function Codes(): ReactElement {
  const texts = useTexts();
  return (
    <Page name="codes" actions={<ActionButton called="code_make" variant="filled" />}>
      <Card title={texts.codes.codes}>
        <List
          called="code_list"
          list="batches"
          columns={["state", ...COLUMNS]}
          cells={{ state: (row) => <BatchState row={row} texts={texts} /> }}
          file="gift-codes"
          actions={({ batch, is_withdrawn }) => (
            <Group gap={6} justify="flex-end" wrap="nowrap">
              <ActionButton called="code_show" preset={{ batch }} />
              {is_withdrawn !== true && <ActionButton called="code_withdraw" preset={{ batch }} isGrave />}
            </Group>
          )}
        />
      </Card>
    </Page>
  );
}

function BatchState({ row, texts }: { row: Row; texts: Texts }): ReactElement {
  const [text, color] =
    row["is_withdrawn"] === true
      ? [texts.codes.withdrawn, "red"]
      : isOver(row["until"])
        ? [texts.codes.expired, "gray"]
        : [texts.codes.valid, "teal"];
  return (
    <Badge variant="light" color={color} tt="none">
      {text}
    </Badge>
  );
}

function isOver(until: unknown): boolean {
  return Number(until) * 1000 <= Date.now();
}
