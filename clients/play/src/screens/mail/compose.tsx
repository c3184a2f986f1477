import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { catalog } from "../../state/catalog.js";
import { toast } from "../../state/toasts.js";
import { Button, Field } from "../../ui/basics.js";
import { Dialog } from "../../ui/dialog.js";
import { Form } from "../../ui/form.js";
import { type Draft, faultOf, lengthOf, othersOnline, send } from "./model.js";
import { mailTexts } from "./texts.js";

const NAMES_SHOWN = 12;

/** A mail to another player. The server's refusal, such as a full box, leaves the draft as it is. */
export function Compose({ draft, onClose }: { draft: Partial<Draft>; onClose: () => void }): JSX.Element {
  const t = mailTexts();
  const [written, setWritten] = useState<Draft>({ to: "", subject: "", body: "", ...draft });
  const [online, setOnline] = useState<readonly string[] | undefined>(undefined);
  useEffect(() => {
    void othersOnline().then(setOnline);
  }, []);
  const write = (fields: Partial<Draft>): void => {
    setWritten((before) => ({ ...before, ...fields }));
  };
  const { subjectMax, bodyMax, sentPerDay } = catalog.mail;
  return (
    <Dialog title={t.write} onClose={onClose}>
      <Form label={t.write}>
        <Field
          label={t.to}
          value={written.to}
          autocomplete="off"
          onValue={(to) => {
            write({ to });
          }}
        />
        {online && (
          <div class="compose-online">
            <span class="hint">{online.length > 0 ? t.online : t.nobody}</span>
            {online.slice(0, NAMES_SHOWN).map((name) => (
              <button
                key={name}
                type="button"
                class="chip"
                aria-pressed={name === written.to}
                onClick={() => {
                  write({ to: name });
                }}
              >
                {name}
              </button>
            ))}
          </div>
        )}
        <Field
          label={t.subject}
          value={written.subject}
          autocomplete="off"
          hint={t.length(lengthOf(written.subject), subjectMax)}
          onValue={(subject) => {
            write({ subject });
          }}
        />
        <Field
          label={t.body}
          value={written.body}
          lines={5}
          hint={t.length(lengthOf(written.body), bodyMax)}
          onValue={(body) => {
            write({ body });
          }}
        />
        <div class="row compose-send">
          <Button
            tone="main"
            icon="send"
            type="submit"
            disabled={faultOf(written) !== undefined}
            onPress={async () => {
              if (!(await send(written))) return;
              toast("good", t.sent(written.to.trim()));
              onClose();
            }}
          >
            {t.send}
          </Button>
          <span class="hint">{t.daily(sentPerDay)}</span>
        </div>
      </Form>
    </Dialog>
  );
}
