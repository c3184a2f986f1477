import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { canHash } from "../../game/password.js";
import { line } from "../../game/session.js";
import { Button, Field } from "../../ui/basics.js";
import { Form } from "../../ui/form.js";
import { Tabs } from "../../ui/tabs.js";
import { areFilled, enterWithEmail, isLegalName, PASSWORD_LEAST } from "./model.js";
import { accountTexts } from "./texts.js";

const NAME_PAUSE_MS = 300;

/** Signing up and logging in with an e-mail address. */
export function EmailForm(): JSX.Element {
  const t = accountTexts();
  const [tab, setTab] = useState<"signUp" | "logIn" | "once">("signUp");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [name, setName] = useState("");
  const [once, setOnce] = useState("");
  const legal = useLegalName(name.trim());
  const making = tab === "signUp";
  const isNew = tab !== "logIn";
  const credentials = {
    email,
    password,
    username: making ? name : undefined,
    oncePassword: tab === "once" ? once : undefined,
  };
  if (!canHash()) return <p class="muted">{t.insecure}</p>;
  return (
    <Form label={t[tab]}>
      <Tabs
        label={t.other}
        chosen={tab}
        onChoose={setTab}
        tabs={[
          { id: "signUp", title: t.signUp },
          { id: "logIn", title: t.logIn },
          { id: "once", title: t.once },
        ]}
      />
      <Field label={t.address} type="email" value={email} onValue={setEmail} autocomplete="email" />
      {tab === "once" && (
        <Field label={t.oncePassword} hint={t.onceHint} value={once} onValue={setOnce} autocomplete="off" />
      )}
      <Field
        label={tab === "once" ? t.newPassword : t.password}
        type="password"
        value={password}
        onValue={setPassword}
        autocomplete={isNew ? "new-password" : "current-password"}
        {...(isNew ? { hint: t.passwordHint(PASSWORD_LEAST) } : {})}
      />
      {making && (
        <Field
          label={t.name}
          hint={legal === undefined ? t.nameHint : legal ? t.legal : t.illegal}
          value={name}
          onValue={setName}
          autocomplete="username"
        />
      )}
      <Button
        tone="main"
        type="submit"
        disabled={!areFilled(credentials) || (making && legal === false)}
        onPress={() => enterWithEmail(credentials)}
      >
        {tab === "once" ? t.logIn : t[tab]}
      </Button>
    </Form>
  );
}

/** What the server says of a name; undefined before it has, and at the gate, where there is no line yet. */
function useLegalName(name: string): boolean | undefined {
  const [legal, setLegal] = useState<boolean | undefined>(undefined);
  useEffect(() => {
    setLegal(undefined);
    if (name === "" || line.peek() === undefined) return undefined;
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
