import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { canHash } from "../../game/password.js";
import { Button, Field } from "../../ui/basics.js";
import { Form } from "../../ui/form.js";
import { Tabs } from "../../ui/tabs.js";
import { areFilled, enterWith, PASSWORD_LEAST } from "./model.js";
import { accountTexts } from "./texts.js";

/** Logging in and signing up with an e-mail address. */
export function EmailEntry({ onEntered }: { onEntered?: () => void }): JSX.Element {
  const t = accountTexts();
  const [way, setWay] = useState<"logIn" | "signUp">("logIn");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [name, setName] = useState("");
  const signsUp = way === "signUp";
  const credentials = { email, password, username: signsUp ? name : undefined };
  if (!canHash()) return <p class="muted">{t.insecure}</p>;
  return (
    <>
      <Tabs
        label={t.email}
        chosen={way}
        onChoose={setWay}
        tabs={[
          { id: "logIn", title: t.logIn },
          { id: "signUp", title: t.signUp },
        ]}
      />
      <Form label={t[way]}>
        <Field label={t.address} type="email" autocomplete="email" value={email} onValue={setEmail} />
        {signsUp && <Field label={t.name} autocomplete="username" hint={t.nameHint} value={name} onValue={setName} />}
        <Field
          label={t.password}
          type="password"
          autocomplete={signsUp ? "new-password" : "current-password"}
          value={password}
          onValue={setPassword}
          {...(signsUp ? { hint: t.passwordHint(PASSWORD_LEAST) } : {})}
        />
        <Button
          tone="main"
          type="submit"
          disabled={!areFilled(credentials)}
          onPress={async () => {
            if (await enterWith(credentials)) onEntered?.();
          }}
        >
          {t[way]}
        </Button>
      </Form>
      <p class="hint">{t.newHero}</p>
    </>
  );
}
