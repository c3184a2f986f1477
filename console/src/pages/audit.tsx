import { SegmentedControl } from "@mantine/core";
import { type ReactElement, useState } from "react";
import { REALM } from "../api/line.js";
import { useTexts } from "../texts/index.js";
import { List } from "../ui/list.js";
import { Card, Page } from "../ui/page.js";

/** The fields of an entry that are shown, what matters most first. */
export const AUDIT_COLUMNS = [
  "at",
  "operator",
  "function",
  "players",
  "reason",
  "changes",
  "arguments",
  "reply",
  "role",
  "address",
];

/** What was changed in the world that is looked at, or in the realm. */
export function Audit(): ReactElement {
  const texts = useTexts();
  const [place, setPlace] = useState<"world" | typeof REALM>("world");
  return (
    <Page
      name="audit"
      actions={
        <SegmentedControl
          size="xs"
          aria-label={texts.shell.world}
          value={place}
          data={[
            { value: "world", label: texts.shell.world },
            { value: REALM, label: texts.audit.realm },
          ]}
          onChange={(chosen) => {
            setPlace(chosen === REALM ? REALM : "world");
          }}
        />
      }
    >
      <Card title={texts.audit.entries}>
        <List
          key={place}
          called="audit_list"
          list="entries"
          {...(place === REALM ? { world: REALM } : {})}
          columns={AUDIT_COLUMNS}
          filters={["operator", "function", "player", "from", "to"]}
          file="audit"
        />
      </Card>
    </Page>
  );
}
