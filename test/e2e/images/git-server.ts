import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { execa } from 'execa';

export type GitServer = { readonly url: string; readonly commit: string; stop(): Promise<void> };

/** A module of the interface of upstream's, with an import that its setup.py does not declare. */
const files: Readonly<Record<string, string>> = {
  'setup.py': `from setuptools import setup
setup(name="openimis-be-hello", version="0.1.0", packages=["hello"])
`,
  'hello/__init__.py': '',
  'hello/apps.py': `import yaml
from django.apps import AppConfig

class HelloConfig(AppConfig):
    name = "hello"
    settings = yaml.safe_load("greeting: hello")
`,
};

/** A repository with the branch `develop`, served over http by a container that builds can reach. */
export async function startGitServer(folder: string, image: string, label: string): Promise<GitServer> {
  const source = join(folder, 'source');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await writeFile(join(source, path), content);
  }
  const git = (...argv: readonly string[]) =>
    execa('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', ...argv], { cwd: source });
  await git('init', '--quiet', '--initial-branch', 'develop');
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'A module');
  const { stdout: commit } = await git('rev-parse', 'HEAD');
  const bare = join(folder, 'hello.git');
  await git('clone', '--quiet', '--bare', source, bare);
  await execa('git', ['--git-dir', bare, 'update-server-info']);
  const run = ['run', '--detach', '--label', label, '--entrypoint', 'python3', image];
  const { stdout: id } = await execa('docker', [...run, '-m', 'http.server', '8080', '--directory', '/srv']);
  await execa('docker', ['cp', bare, `${id}:/srv/openimis-be-hello_py.git`]);
  const { stdout: address } = await execa('docker', ['inspect', '--format', '{{.NetworkSettings.IPAddress}}', id]);
  return {
    url: `http://${address}:8080/openimis-be-hello_py.git`,
    commit,
    stop: async () => void (await execa('docker', ['rm', '--force', '--volumes', id], { reject: false })),
  };
}
