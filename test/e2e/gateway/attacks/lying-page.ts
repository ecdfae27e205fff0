import type { ServerResponse } from 'node:http';

import { openVisitor } from '../support/client.ts';
import type { World } from '../support/world.ts';
import { type Attack, attacks } from './attack.ts';

/** Nurse logs in while the page that names her says something else: whom does the backend serve? */
async function nurseBecomesAdmin(world: World): Promise<string | undefined> {
  const visitor = openVisitor(world.gateway.https);
  await visitor.login('nurse', 'nurse-1');
  const answer = await visitor.ask('/iapi/');
  if (answer.status !== 200 && answer.status !== 503 && answer.status !== 401) throw new Error(`${answer.status}`);
  return /"(Admin|a{50,})"/.test(answer.body) ? 'the backend was told Admin' : undefined;
}

/** Her names, as she may have typed them into the legacy's own profile page. */
const named =
  (text: string): Attack['attempt'] =>
  (world) => {
    world.legacy.nameText = () => text;
    return nurseBecomesAdmin(world);
  };

const answered =
  (home: (response: ServerResponse) => void): Attack['attempt'] =>
  (world) => {
    world.legacy.home = home;
    return nurseBecomesAdmin(world);
  };

const page = '<span id="Body_txtCURRENTUSER">X (Admin)</span><p>';

export const lyingPages: readonly Attack[] = [
  ...attacks('first-name-wins', {
    'a name with a second parenthesis': named('Evil (Admin) (Nurse)'),
    'a name with markup': named('Evil <b>(Admin)</b>'),
    'a name with an entity': named('Evil &amp; (Admin)'),
    'a name that closes the element early': named('Evil (Admin)</span> Last (Nurse)'),
    'a name that closes and opens': named('Evil (Admin)</span></div><div><span> Last (Nurse)'),
    'a name that hides the rest': named('Evil (Admin)</span><!-- Last (Nurse)'),
    'a name that makes a second element': named('x</span><span id="Body_txtCURRENTUSER">Evil (Admin)'),
    'a name that makes the first element': named('Evil</span><b title="(Admin)"></b> (Nurse)'),
    'a login name of 60 letters': named(`Evil (${'a'.repeat(60)})`),
    'a page with two elements of that id': answered((response) =>
      response.writeHead(200).end('<span id="a_txtCURRENTUSER">X (Admin)</span><p id=\'txtCURRENTUSER\'>'),
    ),
  }),
  ...attacks('any-status', {
    'a page of an error': answered((response) => response.writeHead(500).end(page)),
    'a page of 3 MB': answered((response) => response.writeHead(200).end(page + ' '.repeat(3_000_000))),
    'a page cut short': answered((response) => {
      response.writeHead(200, { 'content-length': '500' });
      response.write('<span id="Body_txtCURRENTUSER">Evil (Admin)</span><b x="', () => response.destroy());
    }),
    'a page that claims to be compressed': answered((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(page),
    ),
    'a redirect with a page': answered((response) =>
      response.writeHead(302, { location: 'https://elsewhere.example/' }).end(page),
    ),
  }),
];
