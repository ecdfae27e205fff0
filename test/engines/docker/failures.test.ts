import { describe, expect, it } from 'vitest';

import { diagnose, lastLines } from '../../../src/engines/docker/failures.ts';

const local = { endpoint: 'unix:///var/run/docker.sock', remote: false };
const ssh = { endpoint: 'ssh://admin@box.example.org:2222', remote: true };
const tcp = { endpoint: 'tcp://box.example.org:2376', remote: true };

/** Texts as docker 20.10 and 28.2, Compose 2.26 and ssh print them. */
const cases = [
  [
    local,
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'ENGINE_NOT_RUNNING',
    'systemctl start docker',
  ],
  [
    tcp,
    'Cannot connect to the Docker daemon at tcp://box.example.org:2376. Is the docker daemon running?',
    'ENGINE_UNREACHABLE',
    'docker version',
  ],
  [
    local,
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/version": dial unix /var/run/docker.sock: connect: permission denied',
    'ENGINE_PERMISSION',
    'usermod -aG docker',
  ],
  [
    local,
    'Got permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    'ENGINE_PERMISSION',
    'usermod -aG docker',
  ],
  [
    ssh,
    'error during connect: Get "http://docker.example.com/v1.50/version": command [ssh -o ConnectTimeout=30 -T -l u -p 1 -- 127.0.0.1 docker system dial-stdio] has exited with exit status 255, make sure the URL is valid, and Docker 18.09 or later is installed on the remote host: stderr=ssh: connect to host 127.0.0.1 port 1: Connection refused',
    'ENGINE_UNREACHABLE',
    'ssh -p 2222 admin@box.example.org docker version',
  ],
  [ssh, 'Host key verification failed.', 'ENGINE_UNREACHABLE', 'known host'],
  [ssh, 'admin@box.example.org: Permission denied (publickey,password).', 'ENGINE_UNREACHABLE', 'key'],
  [
    local,
    'Failed to initialize: unable to resolve docker endpoint: context "nope": context not found: open /root/.docker/x: no such file or directory',
    'ENGINE_UNREACHABLE',
    'docker context ls',
  ],
  [local, 'failed to copy: write /var/lib/docker/overlay2/x: no space left on device', 'DISK_FULL', 'docker system df'],
  [
    local,
    'Error response from daemon: driver failed programming external connectivity on endpoint x: Bind for 0.0.0.0:8443 failed: port is already allocated',
    'PORT_TAKEN',
    'gateway.http',
  ],
  [
    local,
    'Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
    'PORT_TAKEN',
    'gateway.http',
  ],
  [
    local,
    'failed to create network x: Error response from daemon: Pool overlaps with other one on this address space',
    'SUBNET_TAKEN',
    'docker network ls',
  ],
  [
    local,
    "pull access denied for openimis/backend, repository does not exist or may require 'docker login'",
    'IMAGE_MISSING',
    'docker load',
  ],
  [
    local,
    'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host',
    'IMAGE_MISSING',
    'docker load',
  ],
] as const;

describe('diagnosis of docker’s words', () => {
  it.each(cases)('%#', (where, text, code, hint) => {
    const failure = diagnose(`some line before\n${text}\n`, where);
    expect(failure?.code).toBe(code);
    expect(failure?.hints.join('\n')).toContain(hint);
  });

  it('names the port and the image', () => {
    expect(diagnose(cases[9][1], local)?.message).toContain('0.0.0.0:8443');
    expect(diagnose('Error: No such image: openimis-gateway:1', local)?.message).toContain('openimis-gateway:1 ');
  });

  it('does not guess', () => {
    expect(diagnose('services.x Additional property foo is not allowed', local)).toBeUndefined();
  });

  it('keeps the last lines that say something', () => {
    expect(lastLines('a\n\nb  \r\nc\n\n', 2)).toBe('b\nc');
  });
});

it('an unknown context is named, not the endpoint that nobody asked for', () => {
  const text = 'Failed to initialize: unable to resolve docker endpoint: context "nope": context not found: open /x';
  expect(diagnose(text, local)?.message).toBe('docker has no context "nope" (DOCKER_CONTEXT, or docker context use)');
});
