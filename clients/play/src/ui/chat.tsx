import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Portrait } from "../art/portrait.js";
import type { Faces, Said } from "../state/chat.js";
import { Button } from "./basics.js";
import { PngPortrait } from "./png.js";

interface ChatProps {
  label: string;
  said: readonly Said[];
  faces: Faces;
  me: string;
  /** Behind the conversation, PNG in base64. */
  background?: string | undefined;
  placeholder: string;
  send: string;
  onSend: (text: string) => Promise<void>;
  /** Words to begin with, at a press. */
  suggestions?: readonly string[];
  /** Above the input: what else a message carries. */
  children?: ComponentChildren;
}

/** A conversation with portraits. */
export function Chat({
  label,
  said,
  faces,
  me,
  background,
  placeholder,
  send,
  onSend,
  suggestions = [],
  children,
}: ChatProps): JSX.Element {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const log = useRef<HTMLDivElement>(null);
  const whole = useRef<HTMLElement>(null);
  useEffect(() => {
    if (background !== undefined) whole.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, [background]);
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight, behavior: "smooth" });
  }, [said.length]);
  const submit = async (words: string): Promise<void> => {
    if (words.trim() === "" || busy) return;
    setBusy(true);
    setText("");
    await onSend(words.trim());
    setBusy(false);
  };
  return (
    <section ref={whole} class="chat" aria-label={label}>
      {background !== undefined && (
        <img class="chat-background" alt="" src={`data:image/png;base64,${background}`} key={background.length} />
      )}
      <div ref={log} class="chat-log" role="log" aria-live="polite" tabIndex={0}>
        {said.map((one, place) => (
          <Message key={place} said={one} face={faces[one.by]} me={me} />
        ))}
        {busy && <p class="chat-thinking">…</p>}
      </div>
      {children}
      {suggestions.length > 0 && (
        <div class="chips chat-suggestions">
          {suggestions.map((words) => (
            <button key={words} type="button" class="chip" disabled={busy} onClick={() => void submit(words)}>
              {words}
            </button>
          ))}
        </div>
      )}
      <form
        class="chat-form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(text);
        }}
      >
        <input
          aria-label={placeholder}
          placeholder={placeholder}
          value={text}
          maxLength={200}
          autocomplete="off"
          onInput={(event) => {
            setText(event.currentTarget.value);
          }}
        />
        <Button tone="main" icon="send" type="submit" aria-label={send} disabled={busy} />
      </form>
    </section>
  );
}

function Message({ said: { by, text }, face, me }: { said: Said; face: string | undefined; me: string }): JSX.Element {
  const mine = by === "me";
  const name = mine ? me : by;
  return (
    <div class={mine ? "message message-mine" : "message"}>
      {face === undefined ? <Portrait of={name} /> : <PngPortrait png={face} name={name} />}
      <div class="message-body">
        <small class={mine ? "visually-hidden" : ""}>{name}</small>
        <p>{text}</p>
      </div>
    </div>
  );
}
