import { defineCheck } from '../../check.ts';
import { ok, problem, type Verdict } from '../../finding.ts';

export const check = defineCheck({
  title: 'the website shows a page',
  expected: '200, or a redirect to another page of the same site',
  why: 'without it nobody logs in, on either side',
  needs: ['legacy-website/not-the-gateway'],
  probes: ['website'],
  judge: ({ website: { page, target } }) => {
    const { status = 0, location } = page.head ?? {};
    if (status === 200) return ok('200');
    if (status >= 300 && status < 400)
      return problem(`${status}: it sends people on to ${location ?? 'nowhere'}`, [
        `legacy.url in openimis.yaml: perhaps ${location ?? '<where it leads>'}`,
      ]);
    return refusal(status, target.host);
  },
});

/** IIS says much by its number. */
function refusal(status: number, host: string): Verdict {
  const yaml = 'correct legacy.url and legacy.dns in openimis.yaml';
  switch (status) {
    case 400:
      return problem(
        `400: IIS has no site of the name ${host}`,
        [yaml, `on the Windows server: IIS Manager, the site of openIMIS, Bindings: add the host name ${host}`],
        `Website: IIS answers 400 to the name ${host}; please add it to the bindings of the openIMIS site, or tell us the name that it expects.`,
      );
    case 401:
      return problem(
        '401: IIS asks for a Windows login',
        ['on the Windows server: IIS Manager, Authentication: Anonymous enabled for the site'],
        'Website: IIS asks for a Windows login (401); please enable anonymous authentication for the openIMIS site.',
      );
    case 403:
      return problem(
        '403: IIS forbids it to this address, or there is no default document',
        [
          'on the Windows server: IIS Manager, IP Address and Domain Restrictions; Default Document: Default.aspx',
          yaml,
        ],
        'Website: IIS answers 403 to our address; please look at "IP Address and Domain Restrictions" and "Default Document" of the openIMIS site.',
      );
    case 404:
      return problem('404: there is no such place on the site', [
        `${yaml}: a virtual directory belongs into the url, as http://host/imis/`,
      ]);
    case 500:
      return problem('500: the application fails', [
        'on the Windows server: Event Viewer, Application; is SQL Server up?',
      ]);
    case 502:
    case 503:
    case 504:
      return problem(
        `${status}: the application pool is stopped, or a proxy before it has nobody to ask`,
        ['on the Windows server: IIS Manager, Application Pools: started?'],
        `Website: it answers ${status}; please look whether the application pool of openIMIS is started.`,
      );
    default:
      return problem(String(status), [yaml]);
  }
}
