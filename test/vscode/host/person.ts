import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { HostEvent, PersonAnswer, PersonDeed } from '../../support/vscode/hostEvents.js';
import { eventually } from './editor.js';

let asked = 0;

async function ask(deed: PersonDeed): Promise<string> {
  const [report, answers] = [process.env.POD_IAM_TEST_REPORT, process.env.POD_IAM_TEST_ANSWERS];
  if (!report || !answers) throw new Error('There is nobody to ask');
  const id = ++asked;
  const event: HostEvent = { event: 'asked', id, deed };
  appendFileSync(report, `${JSON.stringify(event)}\n`);
  const answer = await eventually(JSON.stringify(deed), () => {
    if (!existsSync(answers)) return undefined;
    const lines = readFileSync(answers, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as PersonAnswer).find((each) => each.id === id);
  });
  if (answer.error !== undefined) throw new Error(`${JSON.stringify(deed)}: ${answer.error}`);
  return answer.text ?? '';
}

/** Who sits before the screen: does what no extension can, through the browser that shows the window. */
export const person = {
  readsDialog: () => ask({ do: 'read the dialog' }),
  presses: (label: string) => ask({ do: 'press', label }),
  answers: (text: string) => ask({ do: 'answer', text }),
  marks: (text: string) => ask({ do: 'mark', text }),
  readsNotification: (text: string) => ask({ do: 'read the notification', text }),
};
