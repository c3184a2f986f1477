import { type ReactElement, useState } from "react";
import { type Row, useAnyReply, useHere } from "../api/use.js";
import { ReplyView } from "./facts.js";
import { Filters } from "./list.js";
import { ErrorNote, Loading } from "./states.js";

export interface ReplyProps {
  /** A function that changes nothing. */
  called: string;
  /** Arguments that can be chosen above the reply. */
  filters?: readonly string[];
  /** Asked again after so many milliseconds. */
  every?: number;
}

/** What a function answers, as its schema describes it. */
export function Reply({ called, filters = [], every }: ReplyProps): ReactElement {
  const { functions } = useHere();
  const [chosen, setChosen] = useState<Row>({});
  const reply = useAnyReply<unknown>(called, chosen, every === undefined ? {} : { every });
  return (
    <div>
      {filters.length > 0 && <Filters called={called} names={filters} initial={{}} onApply={setChosen} />}
      {reply.error !== null && <ErrorNote error={reply.error} retry={() => void reply.refetch()} />}
      {reply.isLoading && <Loading />}
      {reply.data !== undefined && <ReplyView reply={reply.data} schema={functions.find(called)?.reply ?? {}} />}
    </div>
  );
}
