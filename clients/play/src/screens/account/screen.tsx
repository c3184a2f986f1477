import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { LanguageSwitch } from "../../ui/language.js";
import { Portrait } from "../../art/portrait.js";
import { newGuest, storedAccount } from "../../game/account.js";
import { enter, leave } from "../../game/session.js";
import { player } from "../../state/player.js";
import { Button, Field, Panel } from "../../ui/basics.js";
import { EmailForm } from "./email.js";
import { bindSud, measure } from "./model.js";
import { accountTexts } from "./texts.js";

export function AccountScreen(): JSX.Element {
  const t = accountTexts();
  const account = storedAccount();
  return (
    <div class="account">
      <Panel title={t.who}>
        <div class="account-who">
          <Portrait of={player.value?.name ?? ""} />
          <div>
            <b>{player.value?.name}</b>
            <p class="muted">{account?.kind === "email" ? t.email(account.email) : t.guest}</p>
          </div>
        </div>
        <div class="row">
          <Button
            onPress={() => {
              enter(newGuest());
            }}
          >
            {t.newGuest}
          </Button>
          <Button tone="quiet" onPress={leave}>
            {t.leave}
          </Button>
        </div>
      </Panel>
      <Panel title={t.other}>
        <p class="hint">{t.otherHint}</p>
        <EmailForm />
      </Panel>
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
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void bindSud(uid.trim(), session.trim());
      }}
    >
      <p class="hint">{t.sudHint}</p>
      <Field label={t.uid} value={uid} onValue={setUid} maxLength={64} autocomplete="off" />
      <Field label={t.session} value={session} onValue={setSession} maxLength={512} autocomplete="off" />
      <button type="submit" class="button" disabled={uid.trim() === "" || session.trim() === ""}>
        {t.bind}
      </button>
    </form>
  );
}
