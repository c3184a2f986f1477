import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Portrait } from "../../art/portrait.js";
import { storedAccount } from "../../game/account.js";
import { leave } from "../../game/session.js";
import { player } from "../../state/player.js";
import { common } from "../../texts/common.js";
import { type Locale, locale, setLocale } from "../../texts/texts.js";
import { Button, Field, Panel } from "../../ui/basics.js";
import { Confirm } from "../../ui/confirm.js";
import { Form } from "../../ui/form.js";
import { Tabs } from "../../ui/tabs.js";
import { EmailEntry } from "./entry.js";
import { bindSud } from "./model.js";
import { accountTexts } from "./texts.js";

export function AccountScreen(): JSX.Element {
  const t = accountTexts();
  return (
    <div class="account">
      <Who />
      <Panel title={t.email}>
        <EmailEntry />
      </Panel>
      <Panel title={t.language}>
        <Language />
      </Panel>
      <Panel title={t.sud}>
        <Sud />
      </Panel>
    </div>
  );
}

/** Who plays in this tab, and the way out. */
function Who(): JSX.Element {
  const t = accountTexts();
  const [leaves, setLeaves] = useState(false);
  const account = storedAccount();
  const isGuest = account?.kind !== "email";
  const name = player.value?.name ?? "";
  return (
    <Panel class="account-who">
      <Portrait of={name} />
      <div>
        <h2>{name}</h2>
        <p class="account-kind">
          {isGuest ? t.guest : account.email} · {common().level(player.value?.level ?? 0)}
        </p>
        <p class="hint">{isGuest ? t.guestHint : t.emailHint}</p>
      </div>
      <Button
        onPress={() => {
          setLeaves(true);
        }}
      >
        {isGuest ? t.forget : t.signOut}
      </Button>
      {leaves && (
        <Confirm
          title={isGuest ? t.forget : t.signOut}
          action={isGuest ? t.forget : t.signOut}
          onConfirm={leave}
          onClose={() => {
            setLeaves(false);
          }}
        >
          {isGuest ? t.forgetHint(name) : t.signOutHint}
        </Confirm>
      )}
    </Panel>
  );
}

function Language(): JSX.Element {
  return (
    <Tabs<Locale>
      label={accountTexts().language}
      chosen={locale.value}
      onChoose={setLocale}
      tabs={[
        { id: "zh", title: "中文" },
        { id: "en", title: "English" },
      ]}
    />
  );
}

function Sud(): JSX.Element {
  const t = accountTexts();
  const [uid, setUid] = useState("");
  const [session, setSession] = useState("");
  return (
    <Form label={t.sud}>
      <p class="muted">{t.sudLead}</p>
      <Field label={t.uid} autocomplete="off" value={uid} onValue={setUid} />
      <Field label={t.session} autocomplete="off" hint={t.sudHint} value={session} onValue={setSession} />
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
