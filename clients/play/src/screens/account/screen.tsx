import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Portrait } from "../../art/portrait.js";
import { storedAccount } from "../../game/account.js";
import { leave } from "../../game/session.js";
import { player } from "../../state/player.js";
import { Button, Field, Panel } from "../../ui/basics.js";
import { Confirm } from "../../ui/confirm.js";
import { Form } from "../../ui/form.js";
import { LanguageSwitch } from "../../ui/language.js";
import { EmailForm } from "./email.js";
import { bindSud, measure } from "./model.js";
import { accountTexts } from "./texts.js";

export function AccountScreen(): JSX.Element {
  const t = accountTexts();
  return (
    <div class="account">
      <Who />
      <Panel title={t.other}>
        <p class="hint">{t.otherHint}</p>
        <EmailForm />
      </Panel>
      <div class="account-rest">
        <Panel title={t.settings}>
          <div class="row">
            <span class="row-label">{t.language}</span>
            <LanguageSwitch />
          </div>
          <LineView />
        </Panel>
        <Panel title={t.sud}>
          <Sud />
        </Panel>
      </div>
    </div>
  );
}

/** Who plays in this tab, and the way out. */
function Who(): JSX.Element {
  const t = accountTexts();
  const [leaves, setLeaves] = useState(false);
  const account = storedAccount();
  const name = player.value?.name ?? "";
  const out = account?.kind === "email" ? t.signOut : t.forget;
  return (
    <Panel title={t.who} class="account-whole">
      <div class="account-who">
        <Portrait of={name} />
        <div>
          <b>{name}</b>
          <p class="muted">{account?.kind === "email" ? t.email(account.email) : t.guest}</p>
        </div>
        <Button
          onPress={() => {
            setLeaves(true);
          }}
        >
          {out}
        </Button>
      </div>
      {leaves && (
        <Confirm
          title={out}
          action={out}
          onConfirm={leave}
          onClose={() => {
            setLeaves(false);
          }}
        >
          {account?.kind === "email" ? t.signOutHint : t.forgetHint(name)}
        </Confirm>
      )}
    </Panel>
  );
}

function LineView(): JSX.Element {
  const t = accountTexts();
  const [told, setTold] = useState<{ ms: number; zone: string } | undefined>(undefined);
  return (
    <div class="row">
      <span class="row-label">{t.line}</span>
      <Button
        onPress={async () => {
          setTold(await measure());
        }}
      >
        {t.measure}
      </Button>
      {told && <span class="muted">{`${t.ping(told.ms)} · ${t.zone(told.zone)}`}</span>}
    </div>
  );
}

function Sud(): JSX.Element {
  const t = accountTexts();
  const [uid, setUid] = useState("");
  const [session, setSession] = useState("");
  return (
    <Form label={t.sud}>
      <p class="hint">{t.sudHint}</p>
      <Field label={t.uid} value={uid} onValue={setUid} maxLength={64} autocomplete="off" />
      <Field
        label={t.session}
        value={session}
        onValue={setSession}
        hint={t.sessionHint}
        maxLength={512}
        autocomplete="off"
      />
      <Button
        type="submit"
        disabled={uid.trim() === "" || session.trim() === ""}
        onPress={async () => {
          if (!(await bindSud(uid, session))) return;
          setUid("");
          setSession("");
        }}
      >
        {t.bind}
      </Button>
    </Form>
  );
}
