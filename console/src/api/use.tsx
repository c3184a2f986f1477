import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import type { OperatorFunctions } from "@raidkeep/api";
import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import type { LineState } from "./line.js";
import type { Session } from "./session.js";

/** The log-in, the world that is looked at, and how to end the log-in. */
export interface Here extends Session {
  world: number;
  setWorld: (world: number) => void;
  leave: () => void;
}

export const HereContext = createContext<Here | undefined>(undefined);

/** The log-in that the pages are shown in. */
export function useHere(): Here {
  const here = useContext(HereContext);
  if (here === undefined) throw new Error("nobody is logged in");
  return here;
}

/** An object of JSON whose type only the server's schema says. */
export type Row = Record<string, unknown>;

/** How a reply is kept up to date. */
export interface ReplyOptions {
  /** Asked again after so many milliseconds. */
  every?: number;
  /** Whether to ask at all. */
  isOn?: boolean;
}

/** The reply of a function that changes nothing. Asked only where the server has the function and the operator the right. */
export function useReply<F extends keyof OperatorFunctions>(
  called: F,
  data: OperatorFunctions[F]["request"],
  options?: ReplyOptions,
): UseQueryResult<OperatorFunctions[F]["reply"]> {
  return useAnyReply<OperatorFunctions[F]["reply"]>(called, data, options);
}

/** The same, for a function that is named at run time. */
export function useAnyReply<Reply = Row>(
  called: string,
  data: object,
  { every, isOn = true }: ReplyOptions = {},
): UseQueryResult<Reply> {
  const { line, world, functions } = useHere();
  return useQuery({
    queryKey: [called, world, data],
    queryFn: ({ signal }) => line.call(called, data, { world, signal }) as Promise<Reply>,
    enabled: isOn && functions.has(called) && functions.may(called),
    ...(every === undefined ? {} : { refetchInterval: every }),
  });
}

/** Has what is shown asked again: something has changed. */
export function useRefresh(): () => void {
  const client = useQueryClient();
  return useCallback(() => {
    void client.invalidateQueries();
  }, [client]);
}

/** The state of the line. */
export function useLineState(): LineState {
  const { line } = useHere();
  return useSyncExternalStore(line.watch, () => line.state);
}
