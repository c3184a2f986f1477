import { Group } from "@mantine/core";
import type { ReactElement } from "react";
import { useHere } from "../api/use.js";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { Facts } from "../ui/facts.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";

export function Operators(): ReactElement {
  const texts = useTexts();
  const { operator } = useHere();
  return (
    <Page name="operators" actions={<ActionButton called="operator_add" variant="filled" />}>
      <Card
        title={texts.operators.you}
        actions={
          <>
            <ActionButton called="operator_password" />
            <ActionButton called="operator_totp" />
          </>
        }
      >
        <Facts
          facts={[
            [texts.fields.name, operator.name],
            [texts.operators.role, operator.role],
            [texts.operators.rights, operator.rights.join(", ")],
            [texts.operators.totp, operator.has_totp ? texts.common.yes : texts.common.no],
          ]}
        />
      </Card>
      <Card title={texts.pages.operators}>
        <List
          called="operator_list"
          list="operators"
          actions={({ name }) => (
            <Group gap={6} justify="flex-end">
              <ActionButton called="operator_role" preset={{ name }} />
              <ActionButton called="operator_reset" preset={{ name }} isGrave />
              <ActionButton called="operator_remove" preset={{ name }} isGrave />
            </Group>
          )}
        />
      </Card>
    </Page>
  );
}
