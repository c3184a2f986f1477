import { Group } from "@mantine/core";
import type { ReactElement } from "react";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";

export function Orders(): ReactElement {
  const texts = useTexts();
  return (
    <Page
      name="orders"
      actions={
        <>
          <ActionButton called="order_reconcile" />
          <ActionButton called="manual" isGrave />
          <ActionButton called="wname_assign" isGrave />
        </>
      }
    >
      <Card title={texts.orders.orders}>
        <List
          called="order_list"
          list="orders"
          filters={["state"]}
          columns={["order", "created_at", "account", "name", "subject", "state", "points_left", "remark"]}
          file="orders"
          actions={({ order, state }) => (
            <Group gap={6} justify="flex-end">
              <ActionButton called="order_inspect" preset={{ order }} />
              {(state === "operator" || state === "in_doubt") && (
                <ActionButton called="order_resolve" preset={{ order }} isGrave />
              )}
            </Group>
          )}
        />
      </Card>
    </Page>
  );
}
