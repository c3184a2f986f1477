import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useFresh } from "../../game/fresh.js";
import { refreshKit } from "../../game/kit.js";
import { player } from "../../state/player.js";
import { Button, Empty, Field, Panel } from "../../ui/basics.js";
import { Chat } from "../../ui/chat.js";
import { type Chosen, KitPicker, NOTHING } from "../../ui/kit.js";
import { isOfTasks } from "../odds/model.js";
import { OddsButton } from "../odds/table.js";
import {
  choicesIn,
  personalTasks,
  publicTasks,
  refreshTasks,
  request,
  resumeTask,
  speak,
  story,
  take,
  type TaskKind,
} from "./model.js";
import { tasksTexts } from "./texts.js";

export function TasksScreen(): JSX.Element {
  const t = tasksTexts();
  const [chosen, choose] = useState<Chosen>(NOTHING);
  useFresh(async () => {
    await Promise.all([refreshTasks(), refreshKit()]);
    await resumeTask();
  });
  const { said, faces, background, task } = story.value;
  return (
    <div class="tasks">
      <div class="tasks-talk">
        {task !== undefined && (
          <div class="notice">
            <span>{t.active(task)}</span>
            <Button onPress={() => speak(t.giveUp, NOTHING)}>{t.giveUp}</Button>
          </div>
        )}
        <Chat
          label={t.conversation}
          said={said}
          faces={faces}
          me={player.value?.name ?? ""}
          background={background}
          placeholder={task === undefined ? t.ask : t.say}
          send={t.send}
          suggestions={task === undefined ? t.masterTopics : [...choicesIn(said.at(-1)?.text ?? ""), ...t.taskTopics]}
          onSend={async (text) => {
            await speak(text, chosen);
            choose(NOTHING);
          }}
        >
          {task !== undefined && <KitPicker label={t.kit} chosen={chosen} onChoose={choose} />}
        </Chat>
      </div>
      <div class="tasks-board">
        <Panel title={t.board}>
          <p class="hint">{t.boardHint}</p>
          <OddsButton at={isOfTasks} />
          <TaskList kind="select" tasks={publicTasks.value} none={t.none} />
        </Panel>
        <Panel title={t.personal}>
          <TaskList kind="select_personal" tasks={personalTasks.value} none={t.noPersonal} />
          <Wish />
        </Panel>
      </div>
    </div>
  );
}

function TaskList({ kind, tasks, none }: { kind: TaskKind; tasks: readonly string[]; none: string }): JSX.Element {
  const t = tasksTexts();
  const busy = story.value.task;
  if (tasks.length === 0) return <Empty icon="task">{none}</Empty>;
  return (
    <ul class="task-list">
      {tasks.map((task) => (
        <li key={task} class="task">
          <b>{task}</b>
          <Button
            aria-label={t.takeTask(task)}
            disabled={busy !== undefined && busy !== task}
            onPress={() => take(kind, task)}
          >
            {t.take}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function Wish(): JSX.Element {
  const t = tasksTexts();
  const [wish, setWish] = useState("");
  return (
    <div class="wish">
      <Field
        label={t.wish}
        value={wish}
        placeholder={t.wishPlaceholder}
        onValue={setWish}
        maxLength={100}
        autocomplete="off"
      />
      <Button
        disabled={wish.trim() === ""}
        onPress={async () => {
          await request(wish.trim());
          setWish("");
        }}
      >
        {t.request}
      </Button>
    </div>
  );
}
