import { Button, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconDownload, IconSearch } from "@tabler/icons-react";
import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { type ReactElement, type ReactNode, useMemo, useState } from "react";
import type { Schema } from "../api/schema.js";
import { type Row, useHere } from "../api/use.js";
import { useTexts, word } from "../texts/index.js";
import { csv, download } from "./format.js";
import { Empty } from "./states.js";
import classes from "./table.module.css";
import { Value } from "./value.js";

const FILTER_FROM = 8;
const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric },
});
type Columns = ColumnDef<typeof features, Row>[];

export interface DataTableProps {
  rows: readonly Row[];
  /** The schema of a row. */
  schema: Schema;
  /** Which fields are shown, in this order; all if left out. */
  columns?: readonly string[] | undefined;
  /** What is shown of a field instead of its value. */
  cells?: Readonly<Record<string, (row: Row) => ReactNode>> | undefined;
  /** What can be done with a row. */
  actions?: ((row: Row) => ReactNode) | undefined;
  /** The name of the file as which it can be downloaded. */
  file?: string | undefined;
}

/** Objects as a table that can be sorted, filtered and downloaded; on a phone each row is a card. */
export function DataTable({ rows, schema, columns, cells, actions, file }: DataTableProps): ReactElement {
  const { functions } = useHere();
  const texts = useTexts();
  const [wanted, setWanted] = useState("");
  const properties = useMemo(() => functions.schemas.properties(schema), [functions, schema]);
  const names = useMemo(() => columns ?? namesOf(rows), [columns, rows]);
  const shown = useMemo(() => filtered(rows, wanted), [rows, wanted]);
  const definitions = useMemo<Columns>(
    () =>
      names.map((name) => ({
        id: name,
        accessorFn: (row: Row) => sortable(row[name]),
        header: word(texts.fields, name),
        sortFn: "alphanumeric" as const,
        sortUndefined: "last" as const,
        cell: ({ row }: { row: { original: Row } }) =>
          cells?.[name]?.(row.original) ?? (
            <Value name={name} value={row.original[name]} schema={functions.schemas.resolved(properties[name])} />
          ),
      })),
    [names, texts, cells, functions, properties],
  );
  const table = useTable({ features, columns: definitions, data: shown });
  return (
    <div data-file={file}>
      {(rows.length >= FILTER_FROM || file !== undefined) && rows.length > 0 && (
        <div className={classes["bar"]}>
          <TextInput
            size="xs"
            aria-label={texts.common.filter}
            placeholder={texts.common.filter}
            leftSection={<IconSearch size={14} aria-hidden />}
            value={wanted}
            onChange={(event) => {
              setWanted(event.currentTarget.value);
            }}
          />
          <span className={classes["count"]}>{texts.common.rows(shown.length)}</span>
          {file !== undefined && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconDownload size={14} aria-hidden />}
              onClick={() => {
                download(`${file}.csv`, csv([...names], shown as Row[]), "text/csv");
              }}
            >
              {texts.common.csv}
            </Button>
          )}
        </div>
      )}
      {shown.length === 0 ? (
        <Empty />
      ) : (
        <div className={classes["scroll"]} tabIndex={0} role="region" aria-label={texts.common.rows(shown.length)}>
          <table className={classes["table"]}>
            <thead>
              {table.getHeaderGroups().map((group) => (
                <tr key={group.id}>
                  {group.headers.map((header) => (
                    <th key={header.id} aria-sort={ariaSort(header.column.getIsSorted())}>
                      <button type="button" onClick={header.column.getToggleSortingHandler()}>
                        <table.FlexRender header={header} />
                        {header.column.getIsSorted() === "asc" && <IconArrowUp size={12} aria-hidden />}
                        {header.column.getIsSorted() === "desc" && <IconArrowDown size={12} aria-hidden />}
                      </button>
                    </th>
                  ))}
                  {actions !== undefined && (
                    <th>
                      <span className={classes["hidden"]}>{texts.common.actions}</span>
                    </th>
                  )}
                </tr>
              ))}
            </thead>
            <tbody>
              {table.getRowModel().rows.map((row) => (
                <tr key={row.id}>
                  {row.getAllCells().map((cell) => (
                    <td key={cell.id} data-label={word(texts.fields, cell.column.id)}>
                      <table.FlexRender cell={cell} />
                    </td>
                  ))}
                  {actions !== undefined && <td className={classes["actions"]}>{actions(row.original)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

/** The fields that any row has, in the order in which the server writes them. */
function namesOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function filtered(rows: readonly Row[], wanted: string): readonly Row[] {
  const text = wanted.trim().toLowerCase();
  return text === "" ? rows : rows.filter((row) => JSON.stringify(row).toLowerCase().includes(text));
}

function sortable(value: unknown): string | number | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "number" || typeof value === "string" ? value : JSON.stringify(value);
}

function ariaSort(sorted: false | "asc" | "desc"): "none" | "ascending" | "descending" {
  if (sorted === false) return "none";
  return sorted === "asc" ? "ascending" : "descending";
}
