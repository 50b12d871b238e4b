import { boolean, choice, integer, string, type OptionType } from './types.ts';

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
type TlsVersion = (typeof VERSIONS)[number];

/** The oldest and the newest protocol that is spoken. */
export interface TlsProtocols {
  readonly oldest: TlsVersion;
  readonly newest: TlsVersion;
}

const DEFAULT: TlsProtocols = { oldest: 'TLSv1.2', newest: 'TLSv1.3' };

/** Everything about TLS; names and meanings are redis.conf's. */
export const tlsOptions = {
  'tls-port': integer({ default: 0, min: 0, max: 65535, help: 'port for TLS; 0: none. With --port 0 it is the only port' }),
  'tls-cert-file': string({ default: '', help: "this server's certificate, followed by any intermediate ones up to the authority's" }),
  'tls-key-file': string({ default: '', help: "the certificate's private key" }),
  'tls-key-file-pass': string({ default: '', sensitive: true, help: 'the password of that key' }),
  'tls-client-cert-file': string({ default: '', help: 'certificate for connections to other servers; empty: tls-cert-file' }),
  'tls-client-key-file': string({ default: '', help: 'its private key' }),
  'tls-client-key-file-pass': string({ default: '', sensitive: true, help: 'the password of that key' }),
  'tls-ca-cert-file': string({ default: '', help: 'certificates of the authorities that are trusted' }),
  'tls-ca-cert-dir': string({ default: '', help: 'folder of such certificates, a file each' }),
  'tls-auth-clients': choice({ default: 'yes', values: ['no', 'yes', 'optional'], help: 'clients need a certificate' }),
  'tls-replication': boolean({ default: false, help: 'a replica connects to its primary by TLS' }),
  'tls-cluster': boolean({ default: false, help: 'MIGRATE connects to its target by TLS' }),
  'tls-protocols': protocols({ help: 'versions of the protocol' }),
  'tls-ciphers': string({ default: '', help: "ciphers of TLS 1.2, in OpenSSL's notation; empty: OpenSSL's default" }),
  'tls-ciphersuites': string({ default: '', help: 'ciphers of TLS 1.3; empty: all of them' }),
  'tls-prefer-server-ciphers': boolean({ default: false, help: "the server's order of ciphers decides" }),
};

/** `TLSv1.2 TLSv1.3`; empty: these two. */
function protocols({ help }: { help: string }): OptionType<TlsProtocols> {
  return {
    help,
    default: DEFAULT,
    severalWords: true,
    placeholder: '<version> …',
    parse(words) {
      const given = words.join(' ').split(' ').filter((word) => word !== '');
      if (given.length === 0) return DEFAULT;
      const places = given.map((word) => VERSIONS.findIndex((version) => version.toLowerCase() === word.toLowerCase()));
      if (places.includes(-1)) throw new Error(`Invalid tls-protocols specified. Use a combination of ${VERSIONS.join(', ')}`);
      const [first, last] = [Math.min(...places), Math.max(...places)];
      if (new Set(places).size !== last - first + 1) throw new Error('the versions between the oldest and the newest have to be there too');
      return { oldest: VERSIONS[first]!, newest: VERSIONS[last]! };
    },
    format: ({ oldest, newest }) => VERSIONS.slice(VERSIONS.indexOf(oldest), VERSIONS.indexOf(newest) + 1).join(' '),
  };
}
