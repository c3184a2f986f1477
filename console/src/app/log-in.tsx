import { Alert, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { type ReactElement, useState } from "react";
import { type Credentials, logIn, LogInError } from "../api/session.js";
import { type Texts, useTexts } from "../texts/index.js";
import classes from "./log-in.module.css";
import { LanguageButton, ThemeButton } from "./preferences.js";

export interface LogInProps {
  /** Whether a log-in has just ended. */
  hasEnded: boolean;
  /** Opens the session; whether that worked. */
  onLoggedIn: () => Promise<boolean>;
}

export function LogIn({ hasEnded, onLoggedIn }: LogInProps): ReactElement {
  const texts = useTexts();
  const { signIn } = texts;
  const [withToken, setWithToken] = useState(false);
  const [given, setGiven] = useState({ name: "", password: "", totp: "", token: "" });
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const field = (name: keyof typeof given) => ({
    value: given[name],
    onChange: (event: { currentTarget: { value: string } }) => {
      setGiven({ ...given, [name]: event.currentTarget.value });
    },
  });
  const submit = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await logIn(credentials(withToken, given));
      if (!(await onLoggedIn())) setProblem(withToken ? signIn.wrongToken : signIn.wrong);
    } catch (error) {
      setProblem(problemOf(texts, error, withToken));
    } finally {
      setBusy(false);
    }
  };
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
        <h1>{texts.product}</h1>
        <p className={classes["about"]}>{texts.console}</p>
        <Stack gap="sm">
          {hasEnded && problem === undefined && (
            <Alert color="orange" variant="light" title={signIn.ended} role="status" />
          )}
          {problem !== undefined && <Alert color="red" variant="light" title={problem} role="alert" />}
          {withToken ? (
            <PasswordInput
              label={signIn.token}
              description={signIn.tokenHint}
              autoComplete="off"
              required
              withAsterisk={false}
              {...field("token")}
            />
          ) : (
            <>
              <TextInput label={signIn.name} autoComplete="username" required withAsterisk={false} {...field("name")} />
              <PasswordInput
                label={signIn.password}
                autoComplete="current-password"
                required
                withAsterisk={false}
                {...field("password")}
              />
              <TextInput label={signIn.totp} autoComplete="one-time-code" inputMode="numeric" {...field("totp")} />
            </>
          )}
          <Button type="submit" loading={isBusy} fullWidth>
            {signIn.submit}
          </Button>
          <Button
            variant="subtle"
            size="xs"
            onClick={() => {
              setWithToken(!withToken);
              setProblem(undefined);
            }}
          >
            {withToken ? signIn.withName : signIn.withToken}
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

function credentials(
  withToken: boolean,
  { name, password, totp, token }: { name: string; password: string; totp: string; token: string },
): Credentials {
  if (withToken) return { token: token.trim() };
  return totp.trim() === "" ? { name, password } : { name, password, totp: totp.replace(/\s/g, "") };
}

function problemOf({ signIn }: Texts, error: unknown, withToken: boolean): string {
  const why = error instanceof LogInError ? error.why : "unreachable";
  if (why === "wrong") return withToken ? signIn.wrongToken : signIn.wrong;
  return why === "too_often" ? signIn.tooOften : signIn.unreachable;
}
