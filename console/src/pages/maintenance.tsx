import { Alert, Group } from "@mantine/core";
import { IconLock, IconLockOpen } from "@tabler/icons-react";
import type { ReactElement } from "react";
import { useAnyReply, useHere } from "../api/use.js";
import { useTexts, word } from "../texts/index.js";
import { ActionButton } from "../ui/action.js";
import { Facts } from "../ui/facts.js";
import { number } from "../ui/format.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";
import { ErrorNote } from "../ui/states.js";
import { Moment } from "../ui/value.js";

const EVERY_MS = 2000;

/** What `maintenance_state` answers. */
interface State {
  running: { until: number; message: string } | null;
  windows: { from: number }[];
  players_in_memory: number;
  unfolded_batches: number;
  is_quiet: boolean;
}

/** When the game is closed, and which clients are served. */
export function Maintenance(): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  return (
    <Page name="maintenance" actions={<ActionButton called="maintenance" variant="filled" isGrave />}>
      <WorldState />
      <Card title={texts.maintenance.planned}>
        <List
          called="maintenance_list"
          list="maintenance"
          every={EVERY_MS}
          actions={(row) => (
            <Group gap={6} justify="flex-end" wrap="nowrap">
              <ActionButton
                called="maintenance_change"
                preset={{ number: row["number"] }}
                initial={{ from: row["from"], until: row["until"], message: row["message"], allow: row["allow"] }}
              />
              <ActionButton called="maintenance_cancel" preset={{ number: row["number"] }} isGrave />
            </Group>
          )}
        />
      </Card>
      {functions.may("client_minimum_list") && (
        <Card title={texts.maintenance.clients} actions={<ActionButton called="client_minimum" />}>
          <List
            called="client_minimum_list"
            list="clients"
            actions={(row) => (
              <Group gap={6} justify="flex-end" wrap="nowrap">
                <ActionButton
                  called="client_minimum"
                  label={texts.maintenance.change}
                  preset={{ name: row["name"] }}
                  initial={{ version: row["version"], url: row["url"] }}
                />
                <ActionButton called="client_minimum_remove" preset={{ name: row["name"] }} isGrave />
              </Group>
            )}
          />
        </Card>
      )}
    </Page>
  );
}

/** Whether the world that is looked at is closed, and how far it is with that. */
function WorldState(): ReactElement | null {
  const texts = useTexts();
  const state = useAnyReply<State>("maintenance_state", {}, { every: EVERY_MS });
  if (state.error !== null) return <ErrorNote error={state.error} retry={() => void state.refetch()} />;
  if (state.data === undefined) return null;
  const { running, players_in_memory, unfolded_batches, is_quiet } = state.data;
  const isClosed = running !== null;
  return (
    <Alert
      color={isClosed ? "orange" : "teal"}
      variant="light"
      icon={isClosed ? <IconLock /> : <IconLockOpen />}
      title={isClosed ? texts.maintenance.closed : texts.maintenance.open}
      role="status"
      data-closed={isClosed}
    >
      {isClosed && (
        <Facts
          facts={[
            [word(texts.fields, "until"), <Moment key="until" at={running.until} />],
            [word(texts.fields, "message"), running.message],
            [texts.maintenance.quiet, is_quiet ? texts.common.yes : texts.common.no],
            [texts.overview.inMemory, number(players_in_memory)],
            [texts.maintenance.unfolded, number(unfolded_batches)],
          ]}
        />
      )}
    </Alert>
  );
}
