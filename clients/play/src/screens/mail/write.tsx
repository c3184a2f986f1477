import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Field, Panel } from "../../ui/basics.js";
import { send } from "./model.js";
import { mailTexts } from "./texts.js";

export function Write(): JSX.Element {
  const t = mailTexts();
  const [to, setTo] = useState("");
  const [subject, setSubject] = useState("");
  const [body, setBody] = useState("");
  const submit = async (): Promise<void> => {
    if (!(await send(to.trim(), subject.trim(), body.trim()))) return;
    setSubject("");
    setBody("");
  };
  return (
    <Panel title={t.write}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label={t.to} value={to} onValue={setTo} autocomplete="off" />
        <Field label={t.subject} value={subject} onValue={setSubject} maxLength={60} autocomplete="off" />
        <Field label={t.body} value={body} onValue={setBody} lines={5} maxLength={500} />
        <button type="submit" class="button button-main" disabled={to.trim() === "" || subject.trim() === ""}>
          {t.send}
        </button>
      </form>
    </Panel>
  );
}
