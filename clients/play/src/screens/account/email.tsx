import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Field } from "../../ui/basics.js";
import { Tabs } from "../../ui/tabs.js";
import { enterWithEmail, isLegalName } from "./model.js";
import { accountTexts } from "./texts.js";

const NAME_PAUSE_MS = 300;
const PASSWORD_SHORTEST = 6;

interface EmailFormProps {
  /** The name is judged only on a line that is open. */
  judged?: boolean;
}

/** Signing up and logging in with an e-mail address. */
export function EmailForm({ judged = true }: EmailFormProps): JSX.Element {
  const t = accountTexts();
  const [tab, setTab] = useState<"signUp" | "logIn">("signUp");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [name, setName] = useState("");
  const legal = useLegalName(judged ? name.trim() : "");
  const making = tab === "signUp";
  const ready = email.includes("@") && password.length >= PASSWORD_SHORTEST && (!making || name.trim().length >= 2);
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void enterWithEmail(email.trim(), password, making ? name.trim() : undefined);
      }}
    >
      <Tabs
        label={t.other}
        chosen={tab}
        onChoose={setTab}
        tabs={[
          { id: "signUp", title: t.signUp },
          { id: "logIn", title: t.logIn },
        ]}
      />
      <Field label={t.address} type="email" value={email} onValue={setEmail} autocomplete="email" />
      <Field
        label={t.password}
        type="password"
        value={password}
        onValue={setPassword}
        autocomplete={making ? "new-password" : "current-password"}
      />
      {making && (
        <Field
          label={t.name}
          hint={legal === undefined ? t.nameHint : legal ? t.legal : t.illegal}
          value={name}
          onValue={setName}
          maxLength={16}
          autocomplete="username"
        />
      )}
      <button type="submit" class="button button-main" disabled={!ready || (making && legal === false)}>
        {t[tab]}
      </button>
    </form>
  );
}

function useLegalName(name: string): boolean | undefined {
  const [legal, setLegal] = useState<boolean | undefined>(undefined);
  useEffect(() => {
    setLegal(undefined);
    if (name === "") return undefined;
    let current = true;
    const timer = setTimeout(() => {
      void isLegalName(name).then((judged) => {
        if (current) setLegal(judged);
      });
    }, NAME_PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [name]);
  return legal;
}
