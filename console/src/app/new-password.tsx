import { Alert, Button, PasswordInput, Stack } from "@mantine/core";
import { type ReactElement, useState } from "react";
import { RefusedError } from "../api/line.js";
import type { Session } from "../api/session.js";
import { useTexts } from "../texts/index.js";
import { explained } from "../ui/states.js";
import classes from "./log-in.module.css";
import { LanguageButton, ThemeButton } from "./preferences.js";

/** The server takes no shorter one. */
const CHARS_MIN = 10;
const WRONG = 97;

export interface NewPasswordProps {
  /** A log-in with a password that somebody else has set. */
  session: Session;
  /** Opens the session anew. */
  onChanged: () => Promise<boolean>;
  onLeave: () => void;
}

/** The form for a password of one's own: the server does nothing else before that. */
export function NewPassword({ session, onChanged, onLeave }: NewPasswordProps): ReactElement {
  const texts = useTexts();
  const { newPassword } = texts;
  const [given, setGiven] = useState({ present: "", chosen: "", again: "" });
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async () => {
    const mistake = mistakeOf(given, newPassword);
    setProblem(mistake);
    if (mistake !== undefined) return;
    setBusy(true);
    try {
      await session.line.call("operator_password", { password: given.present, new: given.chosen });
      await onChanged();
    } catch (error) {
      const isWrong = error instanceof RefusedError && error.status === WRONG;
      setProblem(isWrong ? newPassword.wrong : explained(texts, error).text);
      setBusy(false);
    }
  };
  const field = (name: keyof typeof given) => ({
    value: given[name],
    required: true,
    withAsterisk: false,
    onChange: (event: { currentTarget: { value: string } }) => {
      setGiven({ ...given, [name]: event.currentTarget.value });
    },
  });
  return (
    <main className={classes["place"]}>
      <form
        className={classes["card"]}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <img src="./icon.svg" alt="" width={44} height={44} />
        <h1>{newPassword.title}</h1>
        <p className={classes["about"]}>{newPassword.about(session.operator.name)}</p>
        <Stack gap="sm">
          {problem !== undefined && <Alert color="red" variant="light" title={problem} role="alert" />}
          <PasswordInput label={newPassword.present} autoComplete="current-password" {...field("present")} />
          <PasswordInput
            label={newPassword.chosen}
            description={newPassword.hint(CHARS_MIN)}
            autoComplete="new-password"
            {...field("chosen")}
          />
          <PasswordInput label={newPassword.again} autoComplete="new-password" {...field("again")} />
          <Button type="submit" loading={isBusy} fullWidth>
            {newPassword.submit}
          </Button>
          <Button variant="subtle" size="xs" onClick={onLeave}>
            {texts.shell.signOut}
          </Button>
        </Stack>
      </form>
      <div className={classes["preferences"]}>
        <LanguageButton />
        <ThemeButton />
      </div>
    </main>
  );
}

function mistakeOf(
  { chosen, again }: { chosen: string; again: string },
  texts: { hint: (least: number) => string; different: string },
): string | undefined {
  if (Array.from(chosen).length < CHARS_MIN) return texts.hint(CHARS_MIN);
  return chosen === again ? undefined : texts.different;
}
