import { page, redirect, type Answer } from './answer.ts';
import { masterPage, menu } from './layout.ts';
import { callModularGraphQl } from './modular-batches.ts';
import { userById } from './site.ts';
import { userPages } from './user-pages.ts';
import type { AspxPage, Visit } from './visit.ts';

/** Longest time in ms that a slow page may take. */
const slowest = 60_000;

/** Pages that are one of a register: reached from a Find page, not from the menu. */
const details = [
  'Insuree',
  'Policy',
  'Premium',
  'Claim',
  'Product',
  'HealthFacility',
  'PriceListMS',
  'PriceListMI',
  'MedicalService',
  'MedicalItem',
  'Officer',
  'ClaimAdministrator',
  'Payer',
  'Role',
  'OverviewFamily',
  'Report',
  'Redirect',
];

const special: Readonly<Record<string, Partial<AspxPage>>> = {
  'Reports.aspx': {
    show: async (visit) => {
      await slowness(visit);
      return plain(visit, 'Reports.aspx', '<p>Reports. With ?slow=2000 this page takes two seconds.</p>');
    },
  },
  'ProcessBatches.aspx': {
    buttons: { ctl00$Body$btnProcess: process },
    show: (visit) => plain(visit, 'ProcessBatches.aspx', processButton),
  },
};

const processButton = '<input type="submit" name="ctl00$Body$btnProcess" value="Process" />';

/** Every other page of the menu, and the detail pages behind them. */
export const menuPages: readonly AspxPage[] = [...menu, ...details]
  .map((name) => `${name}.aspx`)
  .filter((name) => !['Home.aspx', 'Logout.aspx', ...userPages.map((known) => known.name)].includes(name))
  .map((name) => ({
    name,
    master: true,
    buttons: { ctl00$Body$B_CANCEL: () => redirect('Home.aspx') },
    show: (visit: Visit) => plain(visit, name, `<input type="submit" name="ctl00$Body$B_CANCEL" value="Cancel" />`),
    ...special[name],
  }));

function plain({ site }: Visit, name: string, content: string): Answer {
  return page(masterPage(site, name, `<h1>${name.replace('.aspx', '')}</h1>${content}`));
}

/** Batches of 1.7.0 run in the modular openIMIS, as the user, when ModularGQLSource is set. */
async function process(visit: Visit): Promise<Answer> {
  const { site } = visit;
  if (site.modularGqlSource === undefined)
    return plain(visit, 'ProcessBatches.aspx', `<p>Done here.</p>${processButton}`);
  site.state.modularCalls += 1;
  const status = await callModularGraphQl(site.modularGqlSource, userById(site, visit.session.userId)?.loginName ?? '');
  return plain(visit, 'ProcessBatches.aspx', `<p>The modular side answered ${status}.</p>${processButton}`);
}

async function slowness({ query }: Visit): Promise<void> {
  const wanted = Number(query.get('slow') ?? '0');
  if (!(wanted > 0)) return;
  await new Promise((resolve) => setTimeout(resolve, Math.min(wanted, slowest)).unref());
}
