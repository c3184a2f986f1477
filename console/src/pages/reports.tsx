import { Group } from "@mantine/core";
import type { ReactElement } from "react";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";

export function Reports(): ReactElement {
  const texts = useTexts();
  return (
    <Page name="reports" actions={<ActionButton called="query_match" />}>
      <Card title={texts.reports.waiting}>
        <List
          called="report_list"
          list="reports"
          filters={["state"]}
          actions={({ report }) => (
            <Group gap={6} justify="flex-end">
              <ActionButton called="report_retry" preset={{ report }} />
              <ActionButton called="report_drop" preset={{ report }} isGrave />
            </Group>
          )}
        />
      </Card>
    </Page>
  );
}
