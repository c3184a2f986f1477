import { Button, Group } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactElement, type ReactNode, useState } from "react";
import type { Schema } from "../api/schema.js";
import { REALM } from "../api/line.js";
import { type Row, useHere } from "../api/use.js";
import { useTexts } from "../texts/index.js";
import { SchemaForm } from "./form.js";
import { beginWith, readForm } from "./form-values.js";
import classes from "./list.module.css";
import { ErrorNote, Loading } from "./states.js";
import { DataTable, type DataTableProps } from "./table.js";

/** The place of the first page. */
const FIRST: unknown = undefined;

export interface ListProps extends Pick<DataTableProps, "columns" | "cells" | "actions" | "file"> {
  /** The function, which lists something. */
  called: string;
  /** The field of its reply that is the list. */
  list: string;
  /** Arguments. */
  data?: Readonly<Record<string, unknown>>;
  /** Arguments that can be chosen above the list. */
  filters?: readonly string[];
  /** Another place than the world that is looked at. */
  world?: typeof REALM;
  /** What they begin with. */
  initial?: Readonly<Record<string, unknown>>;
  /** Asked again after so many milliseconds. */
  every?: number;
  /** What is shown above the list, of the first page's reply. */
  above?: (reply: Row) => ReactNode;
}

/** The list that a function gives, page by page. Not there where the server has no such function. */
export function List({ list, ...rest }: ListProps): ReactNode {
  const { functions } = useHere();
  const info = functions.find(rest.called);
  if (info === undefined) return null;
  const { schemas } = functions;
  const schema = schemas.elements(schemas.resolved(schemas.properties(info.reply)[list]));
  const read = (reply: Row) => ({ rows: (reply[list] ?? []) as Row[], next: reply["next"] ?? null });
  return <PagedList {...rest} schema={schema} read={read} />;
}

export interface PagedListProps extends Omit<ListProps, "list"> {
  /** The schema of a row. */
  schema: Schema;
  /** Finds the rows in a reply, and the place of the next page. */
  read: (reply: Row) => { rows: Row[]; next: unknown };
}

/** The same, of a list that may be anywhere in the reply. */
export function PagedList({
  called,
  world: elsewhere,
  data = {},
  filters = [],
  initial = {},
  every,
  above,
  read,
  ...table
}: PagedListProps): ReactElement {
  const { functions, line, world: here } = useHere();
  const world = elsewhere ?? here;
  const texts = useTexts();
  const info = functions.find(called);
  const [chosen, setChosen] = useState<Row>(initial);
  const names = info === undefined ? [] : functions.schemas.fields(info.arguments).map(({ name }) => name);
  const cursor = ["before", "after"].find((name) => names.includes(name) && !(name in data) && !filters.includes(name));
  const pages = useInfiniteQuery({
    queryKey: [called, world, data, chosen],
    queryFn: async ({ pageParam, signal }): Promise<Row> => {
      const from = cursor === undefined || pageParam === FIRST ? {} : { [cursor]: pageParam };
      return (await line.call(called, { ...data, ...chosen, ...from }, { world, signal })) as Row;
    },
    initialPageParam: FIRST,
    getNextPageParam: (last) => (cursor === undefined ? null : read(last).next),
    enabled: functions.may(called),
    ...(every === undefined ? {} : { refetchInterval: every }),
  });
  if (!functions.may(called)) return <p className={classes["note"]}>{texts.common.notAllowed}</p>;
  const first = pages.data?.pages[0];
  const rows = pages.data?.pages.flatMap((page) => read(page).rows) ?? [];
  return (
    <div>
      {filters.length > 0 && <Filters called={called} names={filters} initial={initial} onApply={setChosen} />}
      {pages.error !== null && <ErrorNote error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending && <Loading />}
      {first !== undefined && above?.(first)}
      {first !== undefined && <DataTable rows={rows} {...table} />}
      {pages.hasNextPage && (
        <Group justify="center" mt="sm">
          <Button
            size="xs"
            variant="default"
            loading={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            {texts.common.more}
          </Button>
        </Group>
      )}
    </div>
  );
}

/** The arguments of a function that can be chosen, in a line. */
export function Filters({
  called,
  names,
  initial,
  onApply,
}: {
  called: string;
  names: readonly string[];
  initial: Readonly<Record<string, unknown>>;
  onApply: (data: Row) => void;
}): ReactElement {
  const { functions } = useHere();
  const texts = useTexts();
  const all = functions.schemas.fields(functions.find(called)?.arguments ?? {});
  const fields = names.flatMap((wanted) => all.filter(({ name }) => name === wanted));
  const [values, setValues] = useState(() => beginWith(fields, initial));
  const [mistakes, setMistakes] = useState<Record<string, string>>({});
  if (fields.length === 0) return <></>;
  const apply = () => {
    const read = readForm(texts, fields, values);
    setMistakes("mistakes" in read ? read.mistakes : {});
    if ("data" in read) onApply(read.data);
  };
  return (
    <form
      className={classes["filters"]}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <SchemaForm fields={fields} values={values} mistakes={mistakes} onChange={setValues} isCompact />
      <Button type="submit" size="sm" variant="default">
        {texts.common.apply}
      </Button>
    </form>
  );
}
