import { Group } from "@mantine/core";
import { type ReactElement, useState } from "react";
import { useAnyReply, useHere } from "../api/use.js";
import { useTexts, word } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { Facts } from "../ui/facts.js";
import { newSecret } from "../ui/key.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";

/** The operator's own log-in and, for those who may, everybody's. */
export function Operators(): ReactElement {
  const texts = useTexts();
  const { operator, functions } = useHere();
  const listed = useAnyReply<{ roles: string[] }>("operator_list", {});
  const choices = { role: listed.data?.roles ?? [] };
  // A new one at each visit; what an authenticator took counts once its code was given.
  const [secret] = useState(newSecret);
  return (
    <Page name="operators" actions={<ActionButton called="operator_add" choices={choices} variant="filled" />}>
      <Card
        title={texts.operators.you}
        actions={
          operator.name !== "token" && (
            <>
              <ActionButton called="operator_password" />
              <ActionButton called="operator_totp" preset={{ secret }} />
            </>
          )
        }
      >
        <Facts
          facts={[
            [word(texts.fields, "name"), operator.name],
            [texts.operators.role, word(texts.states, operator.role)],
            [texts.operators.rights, operator.rights.join(", ")],
            [texts.operators.totp, operator.has_totp ? texts.common.yes : texts.common.no],
          ]}
        />
      </Card>
      {functions.may("operator_list") && (
        <Card title={texts.pages.operators}>
          <List
            called="operator_list"
            list="operators"
            actions={({ name, role }) => (
              <Group gap={6} justify="flex-end">
                <ActionButton called="operator_role" preset={{ name }} initial={{ role }} choices={choices} />
                <ActionButton called="operator_reset" preset={{ name }} isGrave />
                <ActionButton called="operator_remove" preset={{ name }} isGrave />
              </Group>
            )}
          />
        </Card>
      )}
    </Page>
  );
}
