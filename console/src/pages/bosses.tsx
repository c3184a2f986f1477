import type { ReactElement } from "react";
import { useHere } from "../api/use.js";
import { useTexts } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";
import { Reply } from "../ui/reply.js";

const EVERY_MS = 5000;

export function Bosses(): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  return (
    <Page name="bosses" actions={<ActionButton called="season_rewards_of" />}>
      {functions.has("season_ranking") && (
        <Card title={texts.bosses.ranking}>
          <Reply called="season_ranking" filters={["season", "page", "limit"]} every={EVERY_MS} />
        </Card>
      )}
      {functions.has("family_list") && (
        <Card title={texts.bosses.families}>
          <List called="family_list" list="families" />
        </Card>
      )}
    </Page>
  );
}
