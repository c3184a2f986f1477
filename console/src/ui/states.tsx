import { Alert, Button, Loader } from "@mantine/core";
import { IconAlertTriangle, IconInbox } from "@tabler/icons-react";
import type { ReactElement } from "react";
import { NoAnswerError, RefusedError } from "../api/line.js";
import { type Texts, useTexts } from "../texts/index.js";
import classes from "./states.module.css";

/** What an error says to a person: a title and a sentence. */
export function explained(texts: Texts, error: unknown): { title: string; text: string } {
  if (error instanceof RefusedError) return { title: texts.common.refused(error.status), text: error.message };
  if (error instanceof NoAnswerError) return { title: texts.common.failed, text: texts.common.noAnswer };
  return { title: texts.common.failed, text: error instanceof Error ? error.message : String(error) };
}

/** An error, with a way to try again. */
export function ErrorNote({ error, retry }: { error: unknown; retry?: (() => void) | undefined }): ReactElement {
  const texts = useTexts();
  const { title, text } = explained(texts, error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={title} role="alert">
      <p className={classes["line"]}>{text}</p>
      {retry !== undefined && (
        <Button size="xs" variant="default" onClick={retry}>
          {texts.common.retry}
        </Button>
      )}
    </Alert>
  );
}

export function Loading(): ReactElement {
  const texts = useTexts();
  return (
    <div className={classes["center"]} role="status">
      <Loader size="sm" /> {texts.common.loading}
    </div>
  );
}

export function Empty({ text }: { text?: string }): ReactElement {
  const texts = useTexts();
  return (
    <div className={classes["center"]}>
      <IconInbox size={20} aria-hidden /> {text ?? texts.common.empty}
    </div>
  );
}
