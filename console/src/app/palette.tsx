import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconCode, IconSearch, IconUser } from "@tabler/icons-react";
import { type ReactElement, useState } from "react";
import { useLocation } from "wouter";
import { useHere } from "../api/use.js";
import { useTexts, word } from "../texts/index.js";
import { plainDoc } from "../ui/action.js";
import type { Place } from "./places.js";

const DOC_CHARS = 90;

/** Everything that can be gone to, by its name: opened with Ctrl K, ⌘ K or a slash. */
export function Palette({ places }: { places: readonly Place[] }): ReactElement {
  const texts = useTexts();
  const { functions } = useHere();
  const [, go] = useLocation();
  const [query, setQuery] = useState("");
  const wanted = query.trim();
  const actions: SpotlightActionGroupData[] = [
    {
      group: texts.shell.pages,
      actions: places.map(({ name, path, icon: Icon }) => ({
        id: `page ${name}`,
        label: texts.pages[name],
        description: texts.about[name],
        keywords: name,
        leftSection: <Icon size={18} aria-hidden />,
        onClick: () => {
          go(path);
        },
      })),
    },
    {
      group: texts.shell.people,
      actions:
        wanted === ""
          ? []
          : [
              {
                id: "find",
                label: texts.shell.findPlayer(wanted),
                leftSection: <IconUser size={18} aria-hidden />,
                keywords: wanted,
                onClick: () => {
                  go(`/find/${encodeURIComponent(wanted)}`);
                },
              },
            ],
    },
    {
      group: texts.shell.functions,
      actions: functions.allowed().map((info) => ({
        id: `function ${info.function}`,
        label: word(texts.verbs, info.function),
        description: `${info.function} · ${plainDoc(functions.about(info.function)).slice(0, DOC_CHARS)}`,
        keywords: info.function,
        leftSection: <IconCode size={18} aria-hidden />,
        onClick: () => {
          go(`/functions/${info.function}`);
        },
      })),
    },
  ];
  return (
    <Spotlight
      actions={actions}
      shortcut={["mod + K", "/"]}
      query={query}
      onQueryChange={setQuery}
      nothingFound={texts.shell.nothingFound}
      highlightQuery
      scrollable
      maxHeight={420}
      limit={12}
      lockScroll={false}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: texts.shell.searchHint,
        "aria-label": texts.shell.searchHint,
      }}
    />
  );
}
