/** Tags of the legacy site's source that the stand-in can be. */
export const legacyVersions = [
  '1.2.0',
  '1.3.0',
  '1.4.0',
  '1.4.1',
  '1.5.0',
  '1.5.1',
  '1.6.0',
  '1.6.1',
  '1.6.2',
  '1.7.0',
] as const;
export type LegacyVersion = (typeof legacyVersions)[number];

/** In what the versions differ, as far as a visitor can tell. Source: domain.md section 2 and the site's tags. */
export type VersionTraits = {
  /** Home.aspx shows "Other Last (LoginName)"; 1.2.0 leaves the login name out. */
  readonly showsLoginName: boolean;
  readonly trimsLoginName: boolean;
  /** Cookie CultureInfo is `en`, or `SelectedLanguage=en&Language1=..`. */
  readonly cultureCookie: 'code' | 'values';
  /** What stands in `<span id="version">`: the version it claims, and whether compiledVersion is inside. */
  readonly versionText: string;
  readonly showsBuild: boolean;
  /** Page_Load of Default.aspx leaves a postback alone (so SaveOfflineHFID needs a POST without __VIEWSTATE). */
  readonly skipsLoadOnPostBack: boolean;
  readonly canBeDemo: boolean;
  readonly callsModularGraphQl: boolean;
};

export function traitsOf(version: LegacyVersion): VersionTraits {
  const since = (first: LegacyVersion): boolean => legacyVersions.indexOf(version) >= legacyVersions.indexOf(first);
  return {
    showsLoginName: since('1.3.0'),
    trimsLoginName: since('1.6.0'),
    cultureCookie: since('1.6.2') ? 'values' : 'code',
    versionText: versionTexts[version] ?? `v${version}`,
    showsBuild: since('1.5.0'),
    skipsLoadOnPostBack: since('1.5.1'),
    canBeDemo: since('1.5.1'),
    callsModularGraphQl: since('1.7.0'),
  };
}

/** Versions that do not show their own number. */
const versionTexts: Readonly<Partial<Record<LegacyVersion, string>>> = {
  '1.4.1': 'v1.4.1 (April 2020)',
  '1.6.1': 'v1.6.0',
  '1.6.2': 'v1.5.2',
  '1.7.0': 'v1.5.2',
};
