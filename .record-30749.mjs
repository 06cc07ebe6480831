import { createRequire } from "node:module";
import { inspect, promisify } from "node:util";
import { deflateSync, inflateSync } from "node:zlib";
import { ProtocolAddress, SessionBuilder, SessionCipher, calculateSignature, decodeNode, encodeNode, generateRegistrationId, verifySignature } from "whatsapp-rust-bridge";
import { createCipheriv, createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, createSecretKey, createSign, createVerify, diffieHellman, generateKeyPairSync, hkdfSync, pbkdf2, randomBytes, randomFillSync, randomInt, randomUUID, timingSafeEqual } from "node:crypto";
import { WebSocket, WebSocketServer } from "ws";
import { dirname, join, resolve } from "node:path";
import { constants, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { access, chmod, link, mkdir, open, opendir, readFile, readdir, realpath, rename, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import makeWASocket, { initAuthCreds } from "baileys";
import { pino } from "pino";
import { aesEncryptCTR, derivePairingCodeKey } from "baileys/lib/Utils/crypto.js";
// \0rolldown/runtime.js
var __defProp = Object.defineProperty;
var __esmMin = (fn, res, err) => () => {
	if (err) throw err[0];
	try {
		return fn && (res = fn(fn = 0)), res;
	} catch (e) {
		throw err = [e], e;
	}
};
var __exportAll = (all, no_symbols) => {
	let target = {};
	for (var name in all) __defProp(target, name, {
		get: all[name],
		enumerable: true
	});
	if (!no_symbols) __defProp(target, Symbol.toStringTag, { value: "Module" });
	return target;
};
// test/linking/transcripts/handshakes.ts
const ignore = () => {};
const typed$1 = async ({ phone, event }, nth = 1) => {
	await phone.enterCode((await event("code", nth)).code);
};
const refused$2 = (code, text, fails) => ({
	name: `refused-${code}`,
	about: `WhatsApp refuses the code request with ${code} ${text}.`,
	options: { retry: {
		attempts: 1,
		delayMs: 0,
		maxDelayMs: 0
	} },
	prepare: (emulator) => emulator.fail({
		at: "companion_hello",
		code,
		text
	}),
	fails
});
const HANDSHAKES = [
	{
		name: "link-by-code",
		about: "A code is typed and links.",
		play: typed$1
	},
	{
		name: "link-by-qr",
		about: "A QR code is scanned and links.",
		options: {
			phone: void 0,
			qr: true
		},
		play: async ({ phone, event }) => phone.scanQr((await event("qr")).data)
	},
	refused$2(400, "bad-request", "rejected"),
	refused$2(403, "forbidden", "forbidden"),
	refused$2(429, "rate-overlimit", "rate-limited"),
	refused$2(452, "feature-not-available", "not-available"),
	{
		name: "refresh-code",
		about: "WhatsApp takes the code back when the phone answers (refresh_code); the next code links.",
		prepare: (emulator) => emulator.tamper({
			at: "primary_hello",
			with: "refresh"
		}),
		play: async (recording) => {
			await typed$1(recording).catch(ignore);
			await typed$1(recording, 2);
		}
	},
	{
		name: "companion-reg-refresh",
		about: "A scan is lost because WhatsApp wants a new secret (companion_reg_refresh); the new picture links.",
		options: {
			phone: void 0,
			qr: true
		},
		prepare: (emulator) => emulator.tamper({
			at: "pair_success",
			with: "companion-reg-refresh"
		}),
		play: async ({ phone, event }) => {
			await phone.scanQr((await event("qr")).data).catch(ignore);
			await phone.scanQr((await event("qr", 2)).data);
		}
	},
	{
		name: "wrong-code-then-right",
		about: "A mistyped code, then the right one within its minute: two companion_finish, the second links.",
		play: async (recording) => {
			const { code } = await recording.event("code");
			await recording.phone.enterCode(`${code.slice(0, 8)}${code.endsWith("Z") ? "Y" : "Z"}`).catch(ignore);
			await typed$1(recording);
		}
	},
	{
		name: "expired-then-second-hello",
		about: "Nobody types the first code within 180 s; a second companion_hello on the same connection links.",
		play: async (recording) => {
			await recording.event("code");
			await recording.advance(18e4);
			await typed$1(recording, 2);
		}
	},
	{
		name: "passkey",
		about: "The account asks for a passkey in the place of the phone’s keys; the codes are compared, and it links.",
		options: { passkey: "wait" },
		prepare: (emulator) => emulator.tamper({
			at: "primary_hello",
			with: "passkey"
		}),
		play: async (recording) => {
			const linked = typed$1(recording);
			const { options, respond } = await recording.event("passkey");
			await respond(recording.phone.confirmPasskey(options));
			await (await recording.event("verify")).confirm();
			await linked;
		}
	}
];
// src/lib/clock.ts
const systemClock = {
	now: () => Date.now(),
	setTimeout: (run, ms) => setTimeout(run, ms),
	clearTimeout: (handle) => clearTimeout(handle)
};
// src/wire/nesting.ts
/** `body`: a stanza in binary form, without the flag byte. Throws a RangeError when it is too deep or cut short. */
function assertShallow(body) {
	const reader = {
		bytes: body,
		at: 0
	};
	/** For each open list, how many of its stanzas are still to come. */
	const open = [1];
	while (open.length > 0) {
		const last = open.length - 1;
		const left = open[last] ?? 0;
		if (left === 0) {
			open.pop();
			continue;
		}
		open[last] = left - 1;
		const children = skipToChildren(reader);
		if (children === 0) continue;
		if (open.length >= MAX_DEPTH$2) throw new RangeError(`not a stanza: more than ${MAX_DEPTH$2} levels`);
		open.push(children);
	}
}
/** Over one stanza's tag, attributes and content; stops before its children and says how many there are. */
function skipToChildren(reader) {
	const size = listSize(reader, byte(reader));
	if (size === 0) throw new RangeError("not a stanza: empty");
	const strings = 1 + 2 * (size - 1 >> 1);
	for (let skipped = 0; skipped < strings; skipped += 1) skipString(reader, MAX_JID_DEPTH);
	if (size % 2 === 1) return 0;
	const content = reader.bytes[reader.at];
	if (content === LIST_EMPTY || content === LIST_8 || content === LIST_16) return listSize(reader, byte(reader));
	skipString(reader, MAX_JID_DEPTH);
	return 0;
}
function listSize(reader, kind) {
	if (kind === LIST_EMPTY) return 0;
	if (kind === LIST_8) return byte(reader);
	if (kind === LIST_16) return number(reader, 2);
	throw new RangeError(`not a stanza: no list starts with ${kind}`);
}
function skipString(reader, jidDepth) {
	if (jidDepth === 0) throw new RangeError("not a stanza: a JID in a JID in a JID");
	const kind = byte(reader);
	if (kind >= DICTIONARY_0 && kind <= DICTIONARY_3) return skip(reader, 1);
	switch (kind) {
		case BINARY_8: return skip(reader, byte(reader));
		case BINARY_20: return skip(reader, number(reader, 3) & 1048575);
		case BINARY_32: return skip(reader, number(reader, 4));
		case NIBBLE_8:
		case HEX_8: return skip(reader, byte(reader) & 127);
		case JID_PAIR:
			skipString(reader, jidDepth - 1);
			return skipString(reader, jidDepth - 1);
		case AD_JID:
			skip(reader, 2);
			return skipString(reader, jidDepth - 1);
		case FB_JID:
			skipString(reader, jidDepth - 1);
			skip(reader, 2);
			return skipString(reader, jidDepth - 1);
		case INTEROP_JID:
			skipString(reader, jidDepth - 1);
			skip(reader, 4);
			return skipString(reader, jidDepth - 1);
		default: return;
	}
}
function byte(reader) {
	return number(reader, 1);
}
function number(reader, length) {
	const start = reader.at;
	skip(reader, length);
	let value = 0;
	for (let at = start; at < reader.at; at += 1) value = value * 256 + (reader.bytes[at] ?? 0);
	return value;
}
function skip(reader, length) {
	reader.at += length;
	if (reader.at > reader.bytes.length) throw new RangeError("not a stanza: cut short");
}
var MAX_DEPTH$2, MAX_JID_DEPTH, LIST_EMPTY, DICTIONARY_0, DICTIONARY_3, INTEROP_JID, FB_JID, AD_JID, LIST_8, LIST_16, JID_PAIR, HEX_8, BINARY_8, BINARY_20, BINARY_32, NIBBLE_8;
var init_nesting = __esmMin((() => {
	MAX_DEPTH$2 = 48;
	MAX_JID_DEPTH = 4;
	LIST_EMPTY = 0;
	DICTIONARY_0 = 236;
	DICTIONARY_3 = 239;
	INTEROP_JID = 245;
	FB_JID = 246;
	AD_JID = 247;
	LIST_8 = 248;
	LIST_16 = 249;
	JID_PAIR = 250;
	HEX_8 = 251;
	BINARY_8 = 252;
	BINARY_20 = 253;
	BINARY_32 = 254;
	NIBBLE_8 = 255;
}));
// src/wire/nodes.ts
function node(tag, attrs = {}, content) {
	return content === void 0 ? {
		tag,
		attrs
	} : {
		tag,
		attrs,
		content
	};
}
function childrenOf(parent) {
	return Array.isArray(parent?.content) ? parent.content : [];
}
function childOf(parent, tag) {
	return childrenOf(parent).find((child) => child.tag === tag);
}
/** The content as bytes; undefined when there is none or it is children. */
function bytesOf$2(of) {
	if (typeof of?.content === "string") return Buffer.from(of.content, "utf8");
	return of?.content instanceof Uint8Array ? of.content : void 0;
}
/** The content as text; undefined when there is none or it is children. */
function textOf(of) {
	if (typeof of?.content === "string") return of.content;
	return of?.content instanceof Uint8Array ? Buffer.from(of.content).toString("utf8") : void 0;
}
var S_WHATSAPP_NET;
var init_nodes = __esmMin((() => {
	S_WHATSAPP_NET = "s.whatsapp.net";
}));
// src/wire/noise.ts
function startHandshake(prologue) {
	let hash = sha256$3(PATTERN, prologue);
	let salt = PATTERN;
	let key = PATTERN;
	let counter = 0;
	const mixHash = (data) => {
		hash = sha256$3(hash, data);
	};
	return {
		mixHash,
		mixKey(sharedSecret) {
			[salt, key] = expand(sharedSecret, salt);
			counter = 0;
		},
		seal(plaintext) {
			const sealed = aesGcmSeal(key, nonce(counter++), plaintext, hash);
			mixHash(sealed);
			return sealed;
		},
		open(ciphertext) {
			const opened = aesGcmOpen(key, nonce(counter++), ciphertext, hash);
			mixHash(ciphertext);
			return opened;
		},
		split() {
			const [first, second] = expand(NOTHING$4, salt);
			return [cipherOf(first), cipherOf(second)];
		}
	};
}
function cipherOf(key) {
	let sealed = 0;
	let opened = 0;
	return {
		seal: (plaintext) => aesGcmSeal(key, nonce(sealed++), plaintext, NOTHING$4),
		open: (ciphertext) => aesGcmOpen(key, nonce(opened++), ciphertext, NOTHING$4)
	};
}
/** Eight zero bytes and a 32-bit big-endian counter. */
function nonce(counter) {
	const bytes = Buffer.alloc(12);
	bytes.writeUInt32BE(counter, 8);
	return bytes;
}
function expand(sharedSecret, salt) {
	const bytes = new Uint8Array(hkdfSync("sha256", sharedSecret, salt, NOTHING$4, 64));
	return [bytes.slice(0, 32), bytes.slice(32)];
}
function sha256$3(...parts) {
	const hash = createHash("sha256");
	for (const part of parts) hash.update(part);
	return hash.digest();
}
/** AES-256-GCM, the 16-byte tag at the end. */
function aesGcmSeal(key, iv, plaintext, aad) {
	const cipher = createCipheriv("aes-256-gcm", key, iv);
	cipher.setAAD(aad);
	return Buffer.concat([
		cipher.update(plaintext),
		cipher.final(),
		cipher.getAuthTag()
	]);
}
/** The inverse. Throws an Error when key, iv, aad or a single bit differ. */
function aesGcmOpen(key, iv, sealed, aad) {
	if (sealed.length < TAG_BYTES$1) throw new Error("sealed bytes are shorter than their tag");
	const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES$1 });
	decipher.setAAD(aad);
	decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES$1));
	return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES$1)), decipher.final()]);
}
/**
* X25519 of raw 32-byte keys.
* Throws an Error when a key has another length, and when the result is all zero (a low-order public key), which
* node:crypto refuses by itself.
*/
function agree(privateKey, publicKey) {
	if (privateKey.length !== KEY_BYTES$5 || publicKey.length !== KEY_BYTES$5) throw new RangeError("X25519 keys have 32 bytes");
	return diffieHellman({
		privateKey: createPrivateKey({
			key: jwk({
				d: base64url(privateKey),
				x: UNUSED_PUBLIC_HALF
			}),
			format: "jwk"
		}),
		publicKey: createPublicKey({
			key: jwk({ x: base64url(publicKey) }),
			format: "jwk"
		})
	});
}
/** A new X25519 pair, 32 raw bytes each; 0.1 ms, where the bridge's first ones take 1 ms each (measured). */
function drawX25519() {
	const { d, x } = generateKeyPairSync("x25519").privateKey.export({ format: "jwk" });
	if (d === void 0 || x === void 0) throw new Error("node:crypto exported an X25519 key without its halves");
	return {
		public: Uint8Array.from(Buffer.from(x, "base64url")),
		private: Uint8Array.from(Buffer.from(d, "base64url"))
	};
}
function jwk(parts) {
	return {
		kty: "OKP",
		crv: "X25519",
		...parts
	};
}
function base64url(bytes) {
	return Buffer.from(bytes).toString("base64url");
}
var TAG_BYTES$1, KEY_BYTES$5, NOTHING$4, PATTERN, UNUSED_PUBLIC_HALF;
var init_noise = __esmMin((() => {
	TAG_BYTES$1 = 16;
	KEY_BYTES$5 = 32;
	NOTHING$4 = /* @__PURE__ */ new Uint8Array(0);
	PATTERN = Buffer.from("Noise_XX_25519_AESGCM_SHA256\0\0\0\0", "latin1");
	UNUSED_PUBLIC_HALF = Buffer.alloc(KEY_BYTES$5).toString("base64url");
}));
// src/wire/bridge.ts
var bridge_exports = /* @__PURE__ */ __exportAll({
	ProtocolAddress: () => ProtocolAddress,
	SessionBuilder: () => SessionBuilder,
	SessionCipher: () => SessionCipher,
	decodeNode: () => decodeNode$1,
	encodeNode: () => encodeNode$1,
	generateKeyPair: () => generateKeyPair,
	generateRegistrationId: () => generateRegistrationId$1,
	sign: () => sign,
	verify: () => verify,
	withKeyType: () => withKeyType
});
/** 33 bytes, leading 05: a public key in Signal's spelling. */
function withKeyType(publicKey) {
	const typed = /* @__PURE__ */ new Uint8Array(33);
	typed[0] = SIGNAL_KEY_TYPE;
	typed.set(publicKey, 1);
	return typed;
}
function generateKeyPair() {
	const pair = drawX25519();
	return new RedactedKeyPair(pair.public, pair.private);
}
/** 1 to 16380, as Signal has it. The bridge draws from 0 on (measured), and a zero reads as "absent" to protobuf. */
function generateRegistrationId$1() {
	for (;;) {
		const id = generateRegistrationId();
		if (id >= 1 && id <= MAX_REGISTRATION_ID) return id;
	}
}
/** XEdDSA, 64 bytes. The bridge draws its own randomness: two calls never give the same bytes. */
function sign(privateKey, message) {
	if (privateKey.length !== 32) throw new RangeError("a private key has 32 bytes");
	return Uint8Array.from(calculateSignature(privateKey, message));
}
/**
* XEdDSA, really verified (Baileys rc14's own `Curve.verify` says true to any 64 bytes; measured).
* False for everything that is not a signature of `message` under `publicKey` (32 bytes), a wrong length included, and for
* every public key of small order: under those, 64 zero bytes would be a signature of anything.
*/
function verify(publicKey, message, signature) {
	if (publicKey.length !== 32 || signature.length !== 64 || isOfSmallOrder(publicKey)) return false;
	try {
		return verifySignature(withKeyType(publicKey), message, signature);
	} catch {
		return false;
	}
}
/** An agreement with such a key is all zero, which `agree` refuses. */
function isOfSmallOrder(publicKey) {
	try {
		agree(ANY_PRIVATE_KEY, publicKey);
		return false;
	} catch {
		return true;
	}
}
/** One stanza as the plaintext of a frame: flag byte 00, then WhatsApp's binary form. */
function encodeNode$1(stanza) {
	return Uint8Array.from(encodeNode(encodable(stanza)));
}
/**
* The inverse: takes the plaintext of a frame with its flag byte (bit 02: the rest is zlib-compressed).
* Throws an Error for anything that is not one stanza, also for what inflates beyond 4 MiB or is nested too deep.
*/
function decodeNode$1(plaintext) {
	const bytes = inflated(plaintext);
	assertShallow(bytes.subarray(1));
	try {
		return copiedAndFreed(decodeNode(bytes));
	} catch (thrown) {
		throw asError(thrown);
	}
}
function inflated(plaintext) {
	if (((plaintext[0] ?? 0) & COMPRESSED) === 0) return plaintext;
	const body = inflateSync(plaintext.subarray(1), { maxOutputLength: MAX_INFLATED });
	return Buffer.concat([Uint8Array.of(0), body]);
}
/** By the getters and not by `toJSON`, which leaks 2 KB of WebAssembly memory a stanza (measured). */
function copiedAndFreed(raw) {
	try {
		const { tag, content } = raw;
		const attrs = withPlainJids(raw.attrs);
		if (content === void 0 || content === null) return {
			tag,
			attrs
		};
		if (typeof content === "string") return {
			tag,
			attrs,
			content
		};
		if (content instanceof Uint8Array) return {
			tag,
			attrs,
			content: Uint8Array.from(content)
		};
		return {
			tag,
			attrs,
			content: content.map(copiedAndFreed)
		};
	} finally {
		raw.free();
	}
}
function withPlainJids(attrs) {
	for (const [name, value] of Object.entries(attrs)) attrs[name] = value.replace(WITH_DOMAIN, "$1$2");
	return attrs;
}
/** The encoder drops undefined, null and empty attributes silently, and throws on absent `attrs` or null content. */
function encodable(stanza) {
	const attrs = Object.fromEntries(Object.entries(stanza.attrs).map(([name, value]) => [name, spelled(value)]));
	const { content } = stanza;
	if (content === void 0) return {
		tag: stanza.tag,
		attrs
	};
	if (typeof content === "string" || content instanceof Uint8Array) return {
		tag: stanza.tag,
		attrs,
		content
	};
	return {
		tag: stanza.tag,
		attrs,
		content: content.map(encodable)
	};
}
/** The server's JID goes out as a JID without a user, as every client writes it, and not as the dictionary's word for it. */
function spelled(value) {
	return value === "s.whatsapp.net" ? `@${S_WHATSAPP_NET}` : value;
}
/** Many of the bridge's errors are thrown as bare strings. */
function asError(thrown) {
	return thrown instanceof Error ? thrown : /* @__PURE__ */ new Error(`not a stanza: ${String(thrown)}`);
}
var RedactedKeyPair, SIGNAL_KEY_TYPE, MAX_REGISTRATION_ID, ANY_PRIVATE_KEY, COMPRESSED, MAX_INFLATED, WITH_DOMAIN;
var init_bridge = __esmMin((() => {
	init_nesting();
	init_nodes();
	init_noise();
	RedactedKeyPair = class {
		public;
		private;
		constructor(publicKey, privateKey) {
			this.public = publicKey;
			this.private = privateKey;
		}
		toJSON() {
			return "[redacted]";
		}
		[inspect.custom]() {
			return "KeyPair [redacted]";
		}
	};
	SIGNAL_KEY_TYPE = 5;
	MAX_REGISTRATION_ID = 16380;
	ANY_PRIVATE_KEY = (/* @__PURE__ */ new Uint8Array(32)).fill(66);
	COMPRESSED = 2;
	MAX_INFLATED = 4194304;
	WITH_DOMAIN = /^(\d+)\.\d+(:\d+@hosted(?:\.lid)?)$/;
}));
// src/emulator/authenticator.ts
const ORIGIN$1 = "https://web.whatsapp.com";
/** The person was there, and was recognised. */
const PRESENT_AND_VERIFIED = 5;
function createAuthenticator() {
	const credentialId = randomBytes(16);
	let keys;
	let count = 0;
	const pair = () => {
		keys ??= generateKeyPairSync("ec", { namedCurve: "P-256" });
		return keys;
	};
	return {
		credentialId,
		confirm(options) {
			const { challenge, rpId } = read(options);
			const clientData = Buffer.from(JSON.stringify({
				type: "webauthn.get",
				challenge,
				origin: ORIGIN$1,
				crossOrigin: false
			}));
			const counter = Buffer.alloc(4);
			counter.writeUInt32BE(++count);
			const data = Buffer.concat([
				sha256$2(Buffer.from(rpId)),
				Uint8Array.of(PRESENT_AND_VERIFIED),
				counter
			]);
			const signature = createSign("sha256").update(data).update(sha256$2(clientData)).sign(pair().privateKey);
			const id = credentialId.toString("base64url");
			return {
				id,
				rawId: id,
				type: "public-key",
				response: {
					clientDataJSON: clientData.toString("base64url"),
					authenticatorData: data.toString("base64url"),
					signature: signature.toString("base64url"),
					userHandle: null
				}
			};
		},
		signed({ clientData, data, signature }) {
			return createVerify("sha256").update(data).update(sha256$2(clientData)).verify(pair().publicKey, signature);
		}
	};
}
/** @throws RangeError for what are no request options */
function read(options) {
	const { challenge, rpId } = options ?? {};
	if (typeof challenge !== "string" || typeof rpId !== "string") throw new RangeError("confirmPasskey takes the options of a \"passkey\" event");
	return {
		challenge,
		rpId
	};
}
function sha256$2(bytes) {
	return createHash("sha256").update(bytes).digest();
}
// src/emulator/jid.ts
init_nodes();
/** `undefined` for what is not a JID with a user. */
function parseJid(jid) {
	const match = /^([^:@]+)(?::(\d+))?@(.+)$/.exec(jid ?? "");
	if (match === null) return void 0;
	return {
		user: match[1] ?? "",
		device: Number(match[2] ?? 0),
		server: match[3] ?? ""
	};
}
/** Device 0, the phone, is written without a device part. */
function pnJid(digits, device = 0) {
	return device === 0 ? `${digits}@${S_WHATSAPP_NET}` : `${digits}:${device}@${S_WHATSAPP_NET}`;
}
function lidJid(lid, device = 0) {
	return device === 0 ? `${lid}@lid` : `${lid}:${device}@lid`;
}
function digitsOf(number) {
	return number.replace(/\D/g, "");
}
// src/wire/protobuf.ts
init_bridge();
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
/** Fields go out in the order given. Numbers are non-negative and at most 2^53 - 1. */
function encodeMessage(fields) {
	const parts = [];
	for (const [number, value] of fields) {
		if (value === void 0) continue;
		if (typeof value === "number" || typeof value === "boolean") {
			parts.push(varint(number * 8 + VARINT), varint(Number(value)));
			continue;
		}
		const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
		parts.push(varint(number * 8 + LENGTH_DELIMITED), varint(bytes.length), bytes);
	}
	return Uint8Array.from(Buffer.concat(parts));
}
/** Throws a RangeError on anything that is not a message. A field that comes twice keeps its last value, as the format says. */
function decodeMessage(bytes) {
	const fields = /* @__PURE__ */ new Map();
	const reader = {
		bytes,
		at: 0
	};
	while (reader.at < bytes.length) {
		const key = readVarint(reader);
		const number = Math.floor(key / 8);
		if (number === 0) throw new RangeError("not a protobuf message: field number 0");
		const value = readValue(reader, key % 8);
		if (value !== void 0) fields.set(number, value);
	}
	return fields;
}
/** The bytes of a field; undefined when it is absent or of another type. */
function bytesField(message, number) {
	const value = message.get(number);
	return value instanceof Uint8Array ? value : void 0;
}
/** The number of a varint field; undefined when it is absent or of another type. */
function numberField(message, number) {
	const value = message.get(number);
	return typeof value === "number" ? value : void 0;
}
/** The UTF-8 text of a field; undefined when it is absent or of another type. */
function textField(message, number) {
	const value = bytesField(message, number);
	return value === void 0 ? void 0 : Buffer.from(value).toString("utf8");
}
/** Undefined for numbers of fixed width, which no message here has: they are passed over. */
function readValue(reader, type) {
	if (type === VARINT) return readVarint(reader);
	if (type === LENGTH_DELIMITED) return take$1(reader, readVarint(reader));
	if (type === FIXED64 || type === FIXED32) {
		take$1(reader, type === FIXED64 ? 8 : 4);
		return;
	}
	throw new RangeError(`not a protobuf message: wire type ${type}`);
}
function take$1(reader, length) {
	const end = reader.at + length;
	if (end > reader.bytes.length) throw new RangeError("not a protobuf message: cut short");
	const value = reader.bytes.slice(reader.at, end);
	reader.at = end;
	return value;
}
/** Values above 2^53 lose their low bits; none that linking reads is that large. */
function readVarint(reader) {
	let value = 0;
	for (let shift = 0; shift < 70; shift += 7) {
		const byte = reader.bytes[reader.at];
		if (byte === void 0) throw new RangeError("not a protobuf message: cut short");
		reader.at += 1;
		value += (byte & 127) * 2 ** shift;
		if (byte < 128) return value;
	}
	throw new RangeError("not a protobuf message: endless number");
}
function varint(value) {
	const bytes = [];
	let rest = value;
	while (rest >= 128) {
		bytes.push(rest % 128 | 128);
		rest = Math.floor(rest / 128);
	}
	bytes.push(rest);
	return Uint8Array.from(bytes);
}
// src/emulator/client-payload.ts
const USERNAME = 1;
const PASSIVE = 3;
const USER_AGENT = 5;
const DEVICE = 18;
const PAIRING_DATA = 19;
/** `undefined` when it is neither a registration nor a login, or a part of it does not hold. */
function readClientPayload(bytes) {
	try {
		const payload = decodeMessage(bytes);
		const username = numberField(payload, USERNAME);
		if (username !== void 0 && username > 0) return {
			kind: "login",
			user: String(username),
			device: numberField(payload, DEVICE) ?? 0,
			passive: numberField(payload, PASSIVE) === 1
		};
		const pairing = bytesField(payload, PAIRING_DATA);
		return pairing === void 0 ? void 0 : readRegistration(pairing, bytesField(payload, USER_AGENT));
	} catch {
		return;
	}
}
function readRegistration(bytes, userAgent) {
	const data = decodeMessage(bytes);
	const [registrationId, keyType, identity, id, value, signature, buildHash, deviceProps] = [
		1,
		2,
		3,
		4,
		5,
		6,
		7,
		8
	].map((number) => bytesField(data, number));
	if (registrationId?.length !== 4 || keyType?.length !== 1 || keyType[0] !== 5) return void 0;
	if (identity?.length !== 32 || id?.length !== 3 || value?.length !== 32 || signature?.length !== 64) return void 0;
	if (buildHash === void 0 || deviceProps === void 0) return void 0;
	if (!verify(identity, withKeyType(value), signature)) return void 0;
	if (!sameBytes(buildHash, versionHash(userAgent))) return void 0;
	const props = decodeMessage(deviceProps);
	return {
		kind: "registration",
		registrationId: uint(registrationId),
		identity,
		signedPreKey: {
			id: uint(id),
			value,
			signature
		},
		name: textField(props, 1) ?? "",
		platformType: numberField(props, 3) ?? 0
	};
}
/** The build hash is the MD5 of the dotted version that the user agent names. */
function versionHash(userAgent) {
	const version = decodeMessage(bytesField(decodeMessage(userAgent ?? /* @__PURE__ */ new Uint8Array(0)), 2) ?? /* @__PURE__ */ new Uint8Array(0));
	const dotted = [
		1,
		2,
		3
	].map((number) => numberField(version, number) ?? 0).join(".");
	return createHash("md5").update(dotted).digest();
}
/** Big-endian. */
function uint(bytes) {
	return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
function uintBytes(value, length) {
	const bytes = Buffer.alloc(length);
	bytes.writeUIntBE(value, 0, length);
	return bytes;
}
function sameBytes(one, other) {
	return one !== void 0 && other !== void 0 && Buffer.compare(one, other) === 0;
}
// src/emulator/keys.ts
init_bridge();
init_nodes();
function createDeviceKeys(start) {
	const { identity } = start;
	let { registrationId, signedPreKey } = start;
	const preKeys = /* @__PURE__ */ new Map();
	const verified = (skey) => {
		const read = readSignedPreKey(skey);
		return read !== void 0 && verify(identity, withKeyType(read.value), read.signature) ? read : void 0;
	};
	return {
		identity,
		get count() {
			return preKeys.size;
		},
		get preKeyIds() {
			return [...preKeys.keys()];
		},
		get preKeyValues() {
			return [...preKeys.values()];
		},
		get registrationId() {
			return registrationId;
		},
		get signedPreKey() {
			return signedPreKey;
		},
		upload(iq) {
			const registration = bytesOf$2(childOf(iq, "registration"));
			const skey = verified(childOf(iq, "skey"));
			const list = childrenOf(childOf(iq, "list")).map(readPreKey);
			if (registration?.length !== 4 || !sameBytes(bytesOf$2(childOf(iq, "identity")), identity)) return false;
			if (bytesOf$2(childOf(iq, "type"))?.[0] !== 5 || skey === void 0 || list.includes(void 0)) return false;
			registrationId = uint(registration);
			signedPreKey = skey;
			for (const key of list) if (key !== void 0) preKeys.set(key.id, key.value);
			return true;
		},
		rotate(skey) {
			const read = verified(skey);
			if (read === void 0) return false;
			signedPreKey = read;
			return true;
		},
		takeBundle() {
			const [first] = preKeys;
			if (first !== void 0) preKeys.delete(first[0]);
			return {
				registrationId,
				identity,
				signedPreKey,
				preKey: first && {
					id: first[0],
					value: first[1]
				}
			};
		}
	};
}
function readPreKey(key) {
	const id = bytesOf$2(childOf(key, "id"));
	const value = bytesOf$2(childOf(key, "value"));
	return id?.length === 3 && value?.length === 32 ? {
		id: uint(id),
		value
	} : void 0;
}
function readSignedPreKey(skey) {
	const id = bytesOf$2(childOf(skey, "id"));
	const value = bytesOf$2(childOf(skey, "value"));
	const signature = bytesOf$2(childOf(skey, "signature"));
	if (id?.length !== 3 || value?.length !== 32 || signature?.length !== 64) return void 0;
	return {
		id: uint(id),
		value,
		signature
	};
}
/** A bundle as `encrypt` answers and retry receipts carry it. */
function bundleNodes({ registrationId, identity, signedPreKey, preKey }) {
	return [
		node("registration", {}, uintBytes(registrationId, 4)),
		node("type", {}, Uint8Array.of(5)),
		node("identity", {}, identity),
		...preKey === void 0 ? [] : [node("key", {}, [node("id", {}, uintBytes(preKey.id, 3)), node("value", {}, preKey.value)])],
		signedPreKeyNode(signedPreKey)
	];
}
function signedPreKeyNode(key) {
	return node("skey", {}, [
		node("id", {}, uintBytes(key.id, 3)),
		node("value", {}, key.value),
		node("signature", {}, key.signature)
	]);
}
/** The bundle in a retry receipt's `keys`; undefined when it carries none. */
function readRetryBundle(receipt) {
	const keys = childOf(receipt, "keys");
	const registration = bytesOf$2(childOf(receipt, "registration"));
	const identity = bytesOf$2(childOf(keys, "identity"));
	const signedPreKey = readSignedPreKey(childOf(keys, "skey"));
	const key = childOf(keys, "key");
	if (registration?.length !== 4 || identity?.length !== 32 || signedPreKey === void 0) return void 0;
	return {
		registrationId: uint(registration),
		identity,
		signedPreKey,
		preKey: key && readPreKey(key)
	};
}
// src/emulator/mailbox.ts
const MAX_WAITING = 1e4;
function createMailbox(maxWaiting = MAX_WAITING) {
	const stanzas = /* @__PURE__ */ new Map();
	const byId = /* @__PURE__ */ new Map();
	const remove = (key, stanza) => {
		stanzas.delete(key);
		const id = idOf(stanza.tag, stanza.attrs["id"]);
		const keys = byId.get(id);
		keys?.delete(key);
		if (keys?.size === 0) byId.delete(id);
	};
	return {
		get size() {
			return stanzas.size;
		},
		put(stanza) {
			const id = idOf(stanza.tag, stanza.attrs["id"]);
			const key = `${id} ${stanza.attrs["from"] ?? ""} ${stanza.attrs["type"] ?? ""}`;
			stanzas.delete(key);
			stanzas.set(key, stanza);
			const keys = byId.get(id) ?? /* @__PURE__ */ new Set();
			byId.set(id, keys.add(key));
			if (stanzas.size <= maxWaiting) return;
			const [oldest] = stanzas;
			if (oldest !== void 0) remove(oldest[0], oldest[1]);
		},
		settle(tag, id) {
			const named = idOf(tag, id);
			for (const key of byId.get(named) ?? []) stanzas.delete(key);
			byId.delete(named);
		},
		waiting: () => [...stanzas.values()]
	};
}
function idOf(tag, id) {
	return `${tag} ${id ?? ""}`;
}
// src/emulator/accounts.ts
init_bridge();
init_nodes();
/** Device 99 is reserved for hosted accounts. */
const HOSTED_DEVICE = 99;
function createAccounts() {
	const numbers = /* @__PURE__ */ new Map();
	const lids = /* @__PURE__ */ new Map();
	const byJid = (jid) => {
		const parsed = parseJid(jid);
		if (parsed?.server === "s.whatsapp.net") return numbers.get(parsed.user);
		return parsed?.server === "lid" ? lids.get(parsed.user) : void 0;
	};
	return {
		add(options) {
			if (numbers.has(options.digits)) throw new RangeError("this emulator has a phone with that number already");
			const account = {
				...options,
				lid: freshLid(lids),
				authenticator: createAuthenticator(),
				identity: generateKeyPair(),
				rawId: randomInt(1, 2 ** 31),
				devices: /* @__PURE__ */ new Map(),
				nextDevice: 1,
				correspondents: /* @__PURE__ */ new Set(),
				subscribers: /* @__PURE__ */ new Set(),
				settings: {
					about: "",
					blocked: /* @__PURE__ */ new Set(),
					privacy: /* @__PURE__ */ new Map(),
					disappearingS: 0,
					collections: /* @__PURE__ */ new Map()
				}
			};
			numbers.set(account.digits, account);
			lids.set(account.lid, account);
			return account;
		},
		byDigits: (digits) => numbers.get(digits),
		byJid,
		deviceByJid: (jid) => byJid(jid)?.devices.get(parseJid(jid)?.device ?? 0),
		all: () => [...numbers.values()]
	};
}
/** The number of a device that is about to be linked. */
function takeDeviceId(account) {
	if (account.nextDevice === HOSTED_DEVICE) account.nextDevice += 1;
	return account.nextDevice++;
}
function addDevice(account, id, noiseKey, registered) {
	const device = {
		account,
		id,
		keyIndex: id,
		jid: pnJid(account.digits, id),
		lid: lidJid(account.lid, id),
		name: registered.name,
		platform: platformName(registered.platformType),
		noiseKey,
		keys: createDeviceKeys(registered),
		mailbox: createMailbox(),
		online: void 0,
		greeted: false,
		available: false
	};
	account.devices.set(id, device);
	return device;
}
const PLATFORMS = {
	1: "Chrome",
	2: "Firefox",
	3: "IE",
	4: "Opera",
	5: "Safari",
	6: "Edge",
	7: "Desktop",
	21: "UWP"
};
function platformName(platformType) {
	return PLATFORMS[platformType] ?? "Other";
}
function freshLid(taken) {
	for (;;) {
		const lid = `${randomInt(100, 1e3)}${String(randomInt(0, 2 ** 32)).padStart(12, "0")}`;
		if (!taken.has(lid)) return lid;
	}
}
// src/emulator/certificate.ts
init_bridge();
const DAY_S = 86400;
const INTERMEDIATE_SERIAL = 3;
const LEAF_SERIAL = 7;
/** A serialized CertChain. */
function issueChain({ root, staticKey, now, defect }) {
	const authority = generateKeyPair();
	const nowS = Math.floor(now / 1e3);
	const valid = {
		notBefore: Math.max(0, nowS - 30 * DAY_S),
		notAfter: nowS + 3650 * DAY_S
	};
	const intermediate = details({
		serial: INTERMEDIATE_SERIAL,
		issuerSerial: defect === "intermediate-issuer" ? 1 : 0,
		key: authority.public,
		...valid
	});
	const leaf = details({
		serial: LEAF_SERIAL,
		issuerSerial: defect === "leaf-issuer" ? 4 : INTERMEDIATE_SERIAL,
		key: defect === "key-mismatch" ? generateKeyPair().public : staticKey,
		...valid,
		...defect === "dates" && { notBefore: nowS + DAY_S }
	});
	const leafSignature = sign(authority.private, leaf);
	const intermediateSignature = sign(root.private, intermediate);
	return encodeMessage([[1, certificate$1(leaf, defect === "leaf-signature" ? flipped(leafSignature) : leafSignature, defect === "incomplete")], [2, certificate$1(intermediate, defect === "intermediate-signature" ? flipped(intermediateSignature) : intermediateSignature)]]);
}
function details(of) {
	return encodeMessage([
		[1, of.serial],
		[2, of.issuerSerial],
		[3, of.key],
		[4, of.notBefore],
		[5, of.notAfter]
	]);
}
function certificate$1(signed, signature, unsigned = false) {
	return encodeMessage([[1, signed], [2, unsigned ? void 0 : signature]]);
}
/** One bit of the first byte differs. */
function flipped(bytes) {
	const changed = Uint8Array.from(bytes);
	changed[0] = (changed[0] ?? 0) ^ 1;
	return changed;
}
// src/emulator/phone-error.ts
/**
* Why the phone could not do what its person asked for. `no-request`: nothing is waiting to be linked (never asked, or
* its connection closed) · `wrong-code`: the companion answered, and the code does not open its answer · `expired`: the
* code or QR is over · `timeout`: the companion did not answer in 60 s · `refused`: the companion or the server said
* no.
*/
var PhoneError = class extends Error {
	code;
	constructor(code, message) {
		super(message);
		this.name = "PhoneError";
		this.code = code;
	}
};
// src/emulator/codes.ts
/** From the moment the hello was taken. */
const CODE_LIFE_MS = 18e4;
function createCodes(now) {
	const requests = /* @__PURE__ */ new Map();
	return {
		open(request) {
			requests.set(request.account.digits, request);
		},
		live(account) {
			const request = requests.get(account.digits);
			if (request === void 0 || request.over === "used") throw new PhoneError("no-request", "no companion has asked for a code of this number");
			assertLive(request, now());
			return request;
		}
	};
}
/** Throws PhoneError no-request · expired. */
function assertLive(request, now) {
	if (request.over === "expired" || now > request.expiresAt) throw new PhoneError("expired", "the code is over: it lives for 180 s, or until it is refreshed");
	if (request.over === "used") throw new PhoneError("no-request", "the code was used already");
	if (request.registration.line.closed) throw new PhoneError("no-request", "the companion’s connection closed, and its code died with it");
}
// src/wire/frames.ts
/** Sent once, before the first frame: "WA", protocol 6, dictionary 3. Also mixed into the handshake. */
const NOISE_HEADER = Uint8Array.of(87, 65, 6, 3);
/** Bytes. Our cap on what comes in while unlinked; the format allows 2^24 - 1. */
const MAX_FRAME$1 = 1048576;
const LENGTH_BYTES = 3;
const MAX_LENGTH = 2 ** 24 - 1;
var FrameTooLong = class extends Error {};
/** One frame: length and payload. */
function frame(payload) {
	if (payload.length > MAX_LENGTH) throw new FrameTooLong(`a frame of ${payload.length} bytes cannot be sent`);
	const framed = new Uint8Array(LENGTH_BYTES + payload.length);
	framed[0] = payload.length >>> 16;
	framed[1] = payload.length >>> 8;
	framed[2] = payload.length;
	framed.set(payload, LENGTH_BYTES);
	return framed;
}
/** What comes before the header when an earlier connection told where to go: "ED" 00 01, 3-byte length, the bytes. */
function introduction(routingInfo) {
	if (routingInfo === void 0 || routingInfo.length === 0) return NOISE_HEADER;
	return Buffer.concat([
		Uint8Array.of(69, 68, 0, 1),
		frame(routingInfo),
		NOISE_HEADER
	]);
}
/** A WebSocket message may hold part of a frame or several. */
function createFrameReader(maxBytes = MAX_FRAME$1) {
	let chunks = [];
	let held = 0;
	const join = () => {
		const only = chunks[0];
		const joined = chunks.length === 1 && only !== void 0 ? only : Buffer.concat(chunks);
		chunks = [joined];
		return joined;
	};
	/** The next whole payload, taken out; undefined while it is not all here. */
	const next = () => {
		if (held < LENGTH_BYTES) return void 0;
		const head = (chunks[0]?.length ?? 0) >= LENGTH_BYTES ? chunks[0] : join();
		const length = head[0] << 16 | head[1] << 8 | head[2];
		if (length > maxBytes) throw new FrameTooLong(`a frame of ${length} bytes came; ${maxBytes} are the most`);
		if (held < LENGTH_BYTES + length) return void 0;
		const bytes = join();
		chunks = [bytes.subarray(LENGTH_BYTES + length)];
		held -= LENGTH_BYTES + length;
		return bytes.slice(LENGTH_BYTES, LENGTH_BYTES + length);
	};
	function* whole() {
		for (let payload = next(); payload !== void 0; payload = next()) yield payload;
	}
	return { push(chunk) {
		chunks.push(chunk);
		held += chunk.length;
		return whole();
	} };
}
// src/emulator/handshake.ts
init_noise();
const CLIENT_HELLO = 2;
const SERVER_HELLO = 3;
const CLIENT_FINISH = 4;
/** Throws an Error when `clientHello` is not a client's first message. */
function answerHandshake(options) {
	const { ephemeral, staticKey } = options;
	const clientEphemeral = part(options.clientHello, CLIENT_HELLO, 1);
	const noise = startHandshake(NOISE_HEADER);
	noise.mixHash(clientEphemeral);
	noise.mixHash(ephemeral.public);
	noise.mixKey(agree(ephemeral.private, clientEphemeral));
	const sealedStatic = noise.seal(staticKey.public);
	noise.mixKey(agree(staticKey.private, clientEphemeral));
	const sealedChain = noise.seal(options.chain);
	return {
		hello: encodeMessage([[SERVER_HELLO, encodeMessage([
			[1, ephemeral.public],
			[2, sealedStatic],
			[3, sealedChain]
		])]]),
		finish(clientFinish) {
			const clientKey = noise.open(part(clientFinish, CLIENT_FINISH, 1));
			noise.mixKey(agree(ephemeral.private, clientKey));
			const payload = noise.open(part(clientFinish, CLIENT_FINISH, 2));
			const [receive, send] = noise.split();
			return {
				clientKey,
				payload,
				send,
				receive
			};
		}
	};
}
function part(handshakeMessage, message, field) {
	const inner = bytesField(decodeMessage(handshakeMessage), message);
	const bytes = inner === void 0 ? void 0 : bytesField(decodeMessage(inner), field);
	if (bytes === void 0) throw new Error("the client sent no handshake message");
	return bytes;
}
// src/emulator/connection.ts
init_bridge();
init_nodes();
/** Bytes. A pre-key upload has 45,000; media never goes through here. */
const MAX_FRAME = 8388608;
/** Clients give up after 20 s; a server that was told to be silent must outlast them. */
const HANDSHAKE_LIMIT_MS = 12e4;
/** Bytes. Longer stanzas go out compressed when that makes them shorter, so that every client reads both. */
const COMPRESSED_FROM = 512;
/** ms that a stanza waits for the one that is to overtake it. */
const OVERTAKEN_WITHIN_MS = 1e3;
function serveConnection(options) {
	const { socket, clock } = options;
	const frames = createIntroducedReader();
	let greeted = false;
	let handshake;
	let ciphers;
	let receiver;
	let over = false;
	let swaps = false;
	let overtaken;
	const transmit = (stanza) => {
		if (over || ciphers === void 0) return;
		options.record("server", stanza);
		socket.send(frame(ciphers.send.seal(compressed(encodeNode$1(addressed(stanza))))));
	};
	const sendOvertaken = () => {
		const late = overtaken;
		overtaken = void 0;
		if (late === void 0) return;
		clock.clearTimeout(late.timer);
		transmit(late.stanza);
	};
	const close = (how) => {
		if (over) return;
		over = true;
		clock.clearTimeout(limit);
		if (overtaken !== void 0) clock.clearTimeout(overtaken.timer);
		how();
		receiver?.closed();
	};
	const line = {
		get closed() {
			return over;
		},
		get routing() {
			return frames.routing;
		},
		send(stanza) {
			if (over || ciphers === void 0) return;
			if (swaps && overtaken === void 0) {
				swaps = false;
				overtaken = {
					stanza,
					timer: clock.setTimeout(sendOvertaken, OVERTAKEN_WITHIN_MS)
				};
				return;
			}
			transmit(stanza);
			sendOvertaken();
		},
		swapNext() {
			swaps = true;
		},
		end(last) {
			sendOvertaken();
			if (last !== void 0) transmit(last);
			close(() => socket.close());
		},
		drop() {
			close(() => socket.terminate());
		}
	};
	const limit = clock.setTimeout(() => line.drop(), HANDSHAKE_LIMIT_MS);
	const greet = (clientHello) => {
		greeted = true;
		options.onHandshake(line, (chain, times = 1) => {
			if (over) return;
			handshake = answerHandshake({
				clientHello,
				ephemeral: generateKeyPair(),
				staticKey: options.staticKey,
				chain
			});
			for (let sent = 0; sent < times; sent++) socket.send(frame(handshake.hello));
		});
	};
	const finish = (clientFinish) => {
		if (handshake === void 0) throw new Error("the client spoke before the server");
		const { clientKey, payload, send, receive } = handshake.finish(clientFinish);
		ciphers = {
			send,
			receive
		};
		clock.clearTimeout(limit);
		receiver = options.onClient(line, {
			key: clientKey,
			payload
		});
		if (over) receiver?.closed();
	};
	const take = (payload) => {
		if (over) return;
		if (!greeted) return greet(payload);
		if (ciphers === void 0) return finish(payload);
		const stanza = decodeNode$1(ciphers.receive.open(payload));
		options.record("client", stanza);
		try {
			receiver?.receive(stanza);
		} catch {
			line.end(node("stream:error", { code: "500" }));
		}
	};
	socket.on("message", (data) => {
		if (over) return;
		try {
			for (const payload of frames.push(asBytes$1(data))) take(payload);
		} catch {
			line.end(ciphers === void 0 ? void 0 : node("stream:error", {}, [node("xml-not-well-formed")]));
		}
	});
	socket.on("error", () => line.drop());
	socket.on("close", () => close(() => {}));
	return line;
}
const ROUTED = Uint8Array.of(69, 68, 0, 1);
/** Frames after the introduction: the header, with routing info before it if an earlier connection handed some out. */
function createIntroducedReader() {
	const frames = createFrameReader(MAX_FRAME);
	let held = /* @__PURE__ */ new Uint8Array(0);
	let routing;
	return {
		get routing() {
			return routing;
		},
		push(chunk) {
			if (held === void 0) return frames.push(chunk);
			held = Buffer.concat([held, chunk]);
			const length = introductionLength(held);
			if (length === void 0) return [];
			const rest = held.subarray(length);
			const before = length - NOISE_HEADER.length;
			if (before > 0) routing = held.slice(ROUTED.length + 3, before);
			held = void 0;
			return frames.push(rest);
		}
	};
}
/** Bytes up to the first frame; undefined while some are missing. Throws an Error for anything else. */
function introductionLength(bytes) {
	if (bytes.length < NOISE_HEADER.length) return void 0;
	if (startsWith(bytes, NOISE_HEADER)) return NOISE_HEADER.length;
	if (!startsWith(bytes, ROUTED)) throw new Error("not a WhatsApp client: another header");
	if (bytes.length < ROUTED.length + 3) return void 0;
	const routing = Buffer.from(bytes.buffer, bytes.byteOffset).readUIntBE(ROUTED.length, 3);
	const header = ROUTED.length + 3 + routing;
	if (routing > 1024) throw new Error("not a WhatsApp client: too much routing info");
	if (bytes.length < header + NOISE_HEADER.length) return void 0;
	if (!startsWith(bytes.subarray(header), NOISE_HEADER)) throw new Error("not a WhatsApp client: another header");
	return header + NOISE_HEADER.length;
}
function startsWith(bytes, head) {
	return Buffer.compare(bytes.subarray(0, head.length), head) === 0;
}
function compressed(plaintext) {
	if (plaintext.length < COMPRESSED_FROM) return plaintext;
	const short = Buffer.concat([Uint8Array.of(2), deflateSync(plaintext.subarray(1))]);
	return short.length < plaintext.length ? short : plaintext;
}
/**
* The server names itself by a JID without a user, as WhatsApp does; clients read `s.whatsapp.net` or
* `@s.whatsapp.net`.
*/
function addressed(stanza) {
	if (stanza.attrs["from"] !== "s.whatsapp.net") return stanza;
	return {
		...stanza,
		attrs: {
			...stanza.attrs,
			from: `@${S_WHATSAPP_NET}`
		}
	};
}
function asBytes$1(data) {
	if (Array.isArray(data)) return Buffer.concat(data);
	return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
// src/emulator/faults.ts
const STAGES = [
	"handshake",
	"pair_device",
	"companion_hello",
	"primary_hello",
	"companion_finish",
	"pair_success",
	"pair_device_sign",
	"login",
	"prekey_upload"
];
/** Where each change can be made; elsewhere there is nothing to change. docs/emulator.md says what each does there. */
const TAMPERABLE = {
	ref: [
		"pair_device",
		"companion_hello",
		"primary_hello"
	],
	hmac: ["pair_success"],
	signature: ["handshake", "pair_success"],
	"missing-child": [
		"handshake",
		"pair_device",
		"companion_hello",
		"primary_hello",
		"pair_success"
	],
	duplicate: STAGES,
	refresh: [
		"companion_hello",
		"primary_hello",
		"companion_finish",
		"pair_success"
	],
	"refresh-manual": [
		"companion_hello",
		"primary_hello",
		"companion_finish",
		"pair_success"
	],
	"companion-reg-refresh": [
		"pair_device",
		"companion_hello",
		"primary_hello",
		"companion_finish",
		"pair_success",
		"pair_device_sign"
	],
	passkey: [
		"companion_hello",
		"primary_hello",
		"companion_finish",
		"pair_success",
		"pair_device_sign"
	]
};
/** Where an order can be changed: not before there are stanzas, and not for the last one. */
const REORDERABLE = STAGES.filter((at) => at !== "handshake" && at !== "pair_device_sign");
function createFaults() {
	const plans = /* @__PURE__ */ new Map();
	const planAt = (at) => {
		const plan = plans.get(at) ?? [];
		plans.set(at, plan);
		return plan;
	};
	/** The oldest that is left: faults of one stage strike in the order in which they were set. */
	const take = (plan, matches) => {
		const planned = plan.find((one) => one.left > 0 && matches(one.fault));
		if (planned === void 0) return void 0;
		planned.left -= 1;
		if (planned.left <= 0) plan.splice(plan.indexOf(planned), 1);
		return planned.fault;
	};
	return {
		set(at, fault, times = 1) {
			check(at, fault, times);
			const plan = planAt(at);
			if (times > 0) return void plan.push({
				fault,
				left: times
			});
			plans.set(at, plan.filter((planned) => !sameKind(planned.fault, fault)));
		},
		strike(at) {
			const plan = plans.get(at);
			if (plan === void 0) return {};
			const hold = take(plan, (fault) => fault.kind === "hold");
			if (hold?.kind === "hold" && hold.ms === void 0) return { hold: {} };
			const reorder = take(plan, (fault) => fault.kind === "reorder");
			const fault = take(plan, (fault) => fault.kind !== "hold" && fault.kind !== "reorder");
			return {
				...hold?.kind === "hold" && hold.ms !== void 0 && { hold: { ms: hold.ms } },
				...reorder !== void 0 && { reorder: true },
				...fault !== void 0 && fault.kind !== "hold" && fault.kind !== "reorder" && { fault }
			};
		}
	};
}
function sameKind(one, other) {
	if (one.kind === "tamper" && other.kind === "tamper") return one.with === other.with;
	return one.kind === other.kind;
}
function check(at, fault, times) {
	if (!STAGES.includes(at)) throw new RangeError(`there is no stage “${at}”; the stages are ${STAGES.join(", ")}`);
	if (!(times >= 0)) throw new RangeError("times must be 0 or more");
	if (fault.kind === "fail" && !Number.isInteger(fault.code)) throw new RangeError("a fail fault needs a whole number as code");
	if (fault.kind === "hold" && fault.ms !== void 0 && !(fault.ms >= 0)) throw new RangeError("ms must be 0 or more");
	if (fault.kind === "fail" && fault.as !== void 0 && (fault.as !== "failure" || at !== "pair_device")) throw new RangeError("“as: failure” is for pair_device: there it is sent in place of a socket that closes");
	if (fault.kind === "reorder" && !REORDERABLE.includes(at)) throw new RangeError(`the order can be changed at ${REORDERABLE.join(", ")}, not at ${at}`);
	if (fault.kind !== "tamper") return;
	const stages = TAMPERABLE[fault.with];
	if (stages === void 0) throw new RangeError(`there is no tampering “${fault.with}”`);
	if (!stages.includes(at)) throw new RangeError(`“${fault.with}” can be done at ${stages.join(", ")}, not at ${at}`);
}
// src/emulator/primary.ts
init_noise();
const ROUNDS$1 = 131072;
const SALT_BYTES$1 = 32;
const derive = promisify(pbkdf2);
const NOTHING$3 = /* @__PURE__ */ new Uint8Array(0);
/** A code as typed: dashes, spaces and case do not count. */
function plainCode(typed) {
	return typed.replace(/[\s-]/g, "").toUpperCase();
}
/** The companion's ephemeral public key. A wrong code cannot be told apart here: the key is then simply wrong. */
async function unwrapCompanionKey(code, wrapped) {
	const key = await codeKey(code, wrapped.subarray(0, SALT_BYTES$1));
	return createDecipheriv("aes-256-ctr", key, wrapped.subarray(SALT_BYTES$1, 48)).update(wrapped.subarray(48, 80));
}
/** The phone's ephemeral public key under the code, as `primary_hello` carries it. */
async function wrapPrimaryKey(code, publicKey, random) {
	const cipher = createCipheriv("aes-256-ctr", await codeKey(code, random.salt), random.iv);
	return Buffer.concat([
		random.salt,
		random.iv,
		cipher.update(publicKey)
	]);
}
/**
* The adv secret, 32 bytes, from the bundle of `companion_finish`.
* Undefined when the bundle does not open (a wrong code) or names other identities than it should.
*/
function openBundle(wrapped, keys) {
	const shared = agreed(keys.primaryEphemeral.private, keys.companionEphemeral);
	const identityShared = agreed(keys.primaryIdentity.private, keys.companionIdentity);
	if (shared === void 0 || identityShared === void 0) return void 0;
	const bundle = openWith(shared, wrapped);
	if (bundle === void 0) return void 0;
	if (Buffer.compare(bundle.subarray(0, 32), keys.companionIdentity) !== 0) return void 0;
	if (Buffer.compare(bundle.subarray(32, 64), keys.primaryIdentity.public) !== 0) return void 0;
	const random = bundle.subarray(64, 96);
	const secret = Buffer.concat([
		shared,
		identityShared,
		random
	]);
	return new Uint8Array(hkdfSync("sha256", secret, NOTHING$3, "adv_secret", 32));
}
function openWith(shared, wrapped) {
	const salt = wrapped.subarray(0, 32);
	const nonce = wrapped.subarray(32, 44);
	const key = new Uint8Array(hkdfSync("sha256", shared, salt, "link_code_pairing_key_bundle_encryption_key", 32));
	try {
		return aesGcmOpen(key, nonce, wrapped.subarray(44), NOTHING$3);
	} catch {
		return;
	}
}
/** Undefined for a public key whose result would be all zero. */
function agreed(privateKey, publicKey) {
	try {
		return agree(privateKey, publicKey);
	} catch {
		return;
	}
}
function codeKey(code, salt) {
	return derive(code, salt, ROUNDS$1, 32, "sha256");
}
// src/emulator/companion-hello.ts
init_nodes();
/** Measured as accepted; any brand word in the place of the browser is refused. */
const DISPLAY = /^(?:Chrome|Edge|Firefox|IE|Opera|Safari) \((?:Windows|Mac OS|Linux|Ubuntu)\)$/;
/** One character: Chrome 1 … other 9. 0 is refused, and letters (native apps) need attestation. */
const PLATFORM_ID = /^[1-9]$/;
/** Digits only, at least 7, no leading 0. */
const JID = new RegExp(`^([1-9]\\d{6,14})@${S_WHATSAPP_NET.replaceAll(".", "\\.")}$`);
/** Undefined: the server refuses it with 400. */
function readCompanionHello(request) {
	const digits = JID.exec(request.attrs["jid"] ?? "")?.[1];
	const wrappedEphemeral = bytesOf$2(childOf(request, "link_code_pairing_wrapped_companion_ephemeral_pub"));
	const noiseKey = bytesOf$2(childOf(request, "companion_server_auth_key_pub"));
	const platformId = textOf(childOf(request, "companion_platform_id")) ?? "";
	const display = textOf(childOf(request, "companion_platform_display")) ?? "";
	if (digits === void 0 || wrappedEphemeral?.length !== 80 || noiseKey?.length !== 32) return void 0;
	if (!PLATFORM_ID.test(platformId) || !DISPLAY.test(display)) return void 0;
	if (!isNonce(bytesOf$2(childOf(request, "link_code_pairing_nonce")))) return void 0;
	return {
		digits,
		wrappedEphemeral,
		noiseKey,
		display,
		push: request.attrs["should_show_push_notification"] === "true"
	};
}
/** One byte: 0x00, or the character "0", which Baileys sends. */
function isNonce(bytes) {
	return bytes?.length === 1 && (bytes[0] === 0 || bytes[0] === 48);
}
// src/emulator/world.ts
/**
* Runs a stage of a connection: after its delay, with what strikes; never, when silence was asked for or the connection
* is gone by then.
*/
function reach(world, line, at, then) {
	const { hold, reorder, fault } = world.faults.strike(at);
	const arrive = () => {
		if (reorder === true) line.swapNext();
		then(fault);
	};
	if (hold === void 0) return arrive();
	if (hold.ms === void 0) return;
	world.clock.setTimeout(() => {
		if (!line.closed) arrive();
	}, hold.ms);
}
function isTampering(fault, kind) {
	return fault?.kind === "tamper" && fault.with === kind;
}
// src/emulator/code-stages.ts
init_nodes();
/** How long the phone waits for the companion's answer. */
const FINISH_LIMIT_MS = 6e4;
function answerHello(world, registration, iq, reg) {
	const { dialogue, line } = registration;
	reach(world, line, "companion_hello", (fault) => {
		if (fault?.kind === "disconnect") return line.drop();
		if (fault?.kind === "fail") return dialogue.refuse(iq, fault);
		const hello = readCompanionHello(reg);
		const account = hello && world.accounts.byDigits(hello.digits);
		if (hello === void 0 || account === void 0 || !sameBytes(hello.noiseKey, registration.clientKey)) return dialogue.refuse(iq, { code: 400 });
		if (!world.throttle.allows(hello.digits)) return dialogue.refuse(iq, { code: 400 });
		const request = {
			account,
			registration,
			ref: Buffer.from(`3@${randomBytes(48).toString("base64")}`),
			display: hello.display,
			wrappedEphemeral: hello.wrappedEphemeral,
			expiresAt: world.clock.now() + CODE_LIFE_MS,
			over: void 0
		};
		registration.request = request;
		world.codes.open(request);
		answerWithRef(registration, iq, request.ref, fault);
		if (isRefresh(fault)) return refreshCode(request, fault);
		if (isTampering(fault, "companion-reg-refresh")) registration.refreshSecret();
		if (isTampering(fault, "passkey")) return world.linkByPasskey(request);
		if (hello.push) world.prompt(account, hello.display);
	});
}
function answerWithRef({ dialogue }, iq, ref, fault) {
	const told = isTampering(fault, "ref") ? flipped(ref) : ref;
	const answer = [node("link_code_companion_reg", { stage: "companion_hello" }, isTampering(fault, "missing-child") ? [] : [node("link_code_pairing_ref", {}, told)])];
	dialogue.answer(iq, answer);
	if (isTampering(fault, "duplicate")) dialogue.answer(iq, answer);
}
/**
* Takes the phone's answer to the companion, and the companion's answer back; 'passkey' when the server asks for one
* instead. Rejects with PhoneError.
*/
function sendPrimaryHello(world, request, hello) {
	const { registration } = request;
	const waiting = registration.wait(FINISH_LIMIT_MS, "the companion did not answer");
	registration.finish = waiting;
	reach(world, registration.line, "primary_hello", (fault) => {
		if (fault?.kind === "disconnect") return registration.line.drop();
		if (fault?.kind === "fail") return waiting.reject(refused$1(fault));
		if (isRefresh(fault)) {
			refreshCode(request, fault);
			return waiting.reject(new PhoneError("expired", "the server took the code back"));
		}
		if (isTampering(fault, "passkey")) {
			notifyHello(request, []);
			return waiting.resolve("passkey");
		}
		if (isTampering(fault, "companion-reg-refresh")) registration.refreshSecret();
		const children = isTampering(fault, "missing-child") ? [] : helloNodes(request, hello, isTampering(fault, "ref"));
		notifyHello(request, children);
		if (!isTampering(fault, "duplicate")) return;
		registration.finish = lastOfTwo(world, waiting);
		notifyHello(request, children);
	});
	return waiting.promise;
}
/** Answered twice, the companion holds the secret of its second answer: the phone waits a second for that one. */
function lastOfTwo(world, waiting) {
	let first;
	return {
		...waiting,
		resolve(finish) {
			if (first !== void 0) return waiting.resolve(finish);
			first = finish;
			world.clock.setTimeout(() => waiting.resolve(finish), 1e3);
		}
	};
}
function helloNodes(request, hello, wrongRef) {
	return [
		node("link_code_pairing_wrapped_primary_ephemeral_pub", {}, hello.wrappedEphemeral),
		node("primary_identity_pub", {}, hello.identity),
		node("link_code_pairing_ref", {}, wrongRef ? flipped(request.ref) : request.ref)
	];
}
/** What comes when a person opens Linked devices while a companion waits: a notification without keys. */
function notifyHello({ registration }, children) {
	registration.dialogue.notify("link_code_companion_reg", [node("link_code_companion_reg", { stage: "primary_hello" }, children)]);
}
function takeFinish(world, registration, iq, reg) {
	const { dialogue, line } = registration;
	reach(world, line, "companion_finish", (fault) => {
		const { finish: waiting, request } = registration;
		if (fault?.kind === "disconnect") return line.drop();
		if (fault?.kind === "fail") {
			dialogue.refuse(iq, fault);
			return waiting?.reject(refused$1(fault));
		}
		const finish = readFinish(reg, request, isTampering(fault, "passkey"));
		if (finish === void 0 || request === void 0 || waiting === void 0) {
			dialogue.refuse(iq, { code: 400 });
			return waiting?.reject(new PhoneError("refused", "the companion’s answer was malformed"));
		}
		dialogue.answer(iq);
		if (isTampering(fault, "duplicate")) dialogue.answer(iq);
		if (isRefresh(fault)) {
			refreshCode(request, fault);
			return waiting.reject(new PhoneError("expired", "the server took the code back"));
		}
		if (isTampering(fault, "companion-reg-refresh")) registration.refreshSecret();
		waiting.resolve(finish);
	});
}
/** The account, the ref and the sizes must be right; the phone looks at the rest. */
function readFinish(reg, request, passkey) {
	const wrappedBundle = bytesOf$2(childOf(reg, "link_code_pairing_wrapped_key_bundle"));
	const identity = bytesOf$2(childOf(reg, "companion_identity_public"));
	if (request === void 0 || !sameBytes(bytesOf$2(childOf(reg, "link_code_pairing_ref")), request.ref)) return void 0;
	if (reg.attrs["jid"] !== `${request.account.digits}@s.whatsapp.net`) return void 0;
	if (wrappedBundle?.length !== 156 || identity?.length !== 32) return void 0;
	return {
		wrappedBundle,
		identity,
		passkey
	};
}
/** The server takes the code back, and the phone is told; with `refresh-manual` the person has to ask for a new one. */
function refreshCode(request, fault) {
	request.over = "expired";
	request.registration.dialogue.notify("link_code_companion_reg", [node("link_code_companion_reg", {
		stage: "refresh_code",
		...isTampering(fault, "refresh-manual") && { force_manual_refresh: "true" }
	}, [node("link_code_pairing_ref", {}, request.ref)])]);
}
function isRefresh(fault) {
	return isTampering(fault, "refresh") || isTampering(fault, "refresh-manual");
}
function refused$1({ code }) {
	return new PhoneError("refused", `the server refused with ${code}`);
}
// src/emulator/account-identity.ts
init_bridge();
const ACCOUNT_PREFIX$1 = Uint8Array.of(6, 0);
const HOSTED_PREFIX$1 = Uint8Array.of(6, 5);
const HOSTED = 1;
const DEVICE_PREFIX$1 = Uint8Array.of(6, 1);
const KEY_INDEX_PREFIX = Uint8Array.of(6, 2);
function issueIdentity(options) {
	const { account, hosted = false } = options;
	const type = hosted ? HOSTED : void 0;
	const details = encodeMessage([
		[1, options.rawId],
		[2, Math.floor(options.now / 1e3)],
		[3, options.keyIndex],
		[4, type],
		[5, type]
	]);
	const prefix = hosted ? HOSTED_PREFIX$1 : ACCOUNT_PREFIX$1;
	const signature = sign(account.private, Buffer.concat([
		prefix,
		details,
		options.deviceIdentity
	]));
	const accountSignature = options.wrong === "signature" ? flipped(signature) : signature;
	const signed = encodeMessage([
		[1, details],
		[2, account.public],
		[3, accountSignature]
	]);
	const hmac = createHmac("sha256", options.advSecret).update(hosted ? HOSTED_PREFIX$1 : /* @__PURE__ */ new Uint8Array(0)).update(signed).digest();
	return {
		details,
		accountSignature,
		sealed: encodeMessage([
			[1, signed],
			[2, options.wrong === "hmac" ? flipped(hmac) : hmac],
			[3, type]
		])
	};
}
/**
* Whether a `pair-device-sign` is right: our details and signature unchanged, no account key, and the device's
* signature.
*/
function deviceSigned(bytes, issued, keys) {
	const fields = readMessage(bytes);
	const deviceSignature = bytesField(fields, 4);
	if (fields.has(2) || deviceSignature === void 0) return false;
	if (!sameBytes(bytesField(fields, 1), issued.details)) return false;
	if (!sameBytes(bytesField(fields, 3), issued.accountSignature)) return false;
	return verify(keys.device, Buffer.concat([
		DEVICE_PREFIX$1,
		issued.details,
		keys.device,
		keys.account
	]), deviceSignature);
}
/**
* Whether the `device-identity` beside a message that opens a session is the account's word for this device:
* both signatures, under the keys that are known.
*/
function vouchedFor(bytes, keys) {
	const fields = readMessage(bytes);
	const prefix = keys.hosted === true ? HOSTED_PREFIX$1 : ACCOUNT_PREFIX$1;
	const details = bytesField(fields, 1);
	const accountSignature = bytesField(fields, 3);
	const deviceSignature = bytesField(fields, 4);
	if (details === void 0 || accountSignature === void 0 || deviceSignature === void 0) return false;
	if (!sameBytes(bytesField(fields, 2), keys.account)) return false;
	return verify(keys.account, Buffer.concat([
		prefix,
		details,
		keys.device
	]), accountSignature) && verify(keys.device, Buffer.concat([
		DEVICE_PREFIX$1,
		details,
		keys.device,
		keys.account
	]), deviceSignature);
}
/** The signed list of the key indexes that are linked now (ADVSignedKeyIndexList), as device lists carry it. */
function signKeyIndexes(options) {
	const details = encodeMessage([
		[1, options.rawId],
		[2, Math.floor(options.now / 1e3)],
		[3, Math.max(0, ...options.indexes)],
		[4, packed([0, ...options.indexes])]
	]);
	return encodeMessage([[1, details], [2, sign(options.account.private, Buffer.concat([KEY_INDEX_PREFIX, details]))]]);
}
/** Key indexes stay under 2^14 here, so a varint has one or two bytes. */
function packed(numbers) {
	return Uint8Array.from(numbers.flatMap((one) => one < 128 ? [one] : [one & 127 | 128, one >>> 7]));
}
function readMessage(bytes) {
	try {
		return decodeMessage(bytes);
	} catch {
		return /* @__PURE__ */ new Map();
	}
}
// src/emulator/device-changes.ts
init_nodes();
/** To the account's own devices and those it corresponds with, as far as they are online; others ask anyway. */
function announceDevice(changed, change) {
	const { account } = changed;
	const device = node("device", {
		jid: changed.jid,
		"key-index": String(changed.keyIndex)
	});
	const content = [node(change, { device_hash: deviceHash(changed) }, [device])];
	for (const told of /* @__PURE__ */ new Set([account, ...account.correspondents])) for (const other of told.devices.values()) if (other !== changed) other.online?.notify("devices", content, { from: pnJid(account.digits) });
}
/** The short form of "2:" and a hash over the sorted list, as clients compare it. */
function deviceHash({ account }) {
	const jids = [pnJid(account.digits), ...[...account.devices.values()].map(({ jid }) => jid)].sort();
	return `2:${createHash("sha256").update(jids.join("")).digest("base64").slice(0, 6)}`;
}
// src/emulator/code-text.ts
const CHARACTERS = [..."123456789ABCDEFGHJKLMNPQRSTVWXYZ"];
/** `XXXX-XXXX`. */
function codeText(bytes) {
	const text = ([...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("").match(/.{5}/g) ?? []).map((five) => CHARACTERS[Number.parseInt(five, 2)]).join("");
	return `${text.slice(0, 4)}-${text.slice(4)}`;
}
// src/emulator/passkey.ts
init_bridge();
init_nodes();
init_noise();
const TIMEOUT_MS = 6e5;
const NOTHING$2 = /* @__PURE__ */ new Uint8Array(0);
/**
* Asks the companion for a passkey and goes through the ceremony; resolves with the new adv secret. `known` is the adv
* secret that the phone has already, if any: a proof under it spares the comparison of codes. Without a proof the
* person is taken to say that the codes agree. Rejects with PhoneError timeout · refused · no-request.
*/
function askForPasskey(world, { account, registration }, known) {
	const done = registration.wait(TIMEOUT_MS, "nobody answered the passkey request");
	const challenge = randomBytes(32).toString("base64url");
	const options = requestNode(challenge);
	const primary = generateKeyPair();
	const primaryNonce = randomBytes(32);
	let ref;
	let prologue;
	let isKnown = false;
	let revealed = false;
	const { dialogue } = registration;
	const refuse = (iq, why) => {
		dialogue.refuse(iq, { code: 400 });
		done.reject(new PhoneError("refused", why));
	};
	const giveRef = (iq) => {
		ref = `4@${randomBytes(32).toString("base64")}`;
		dialogue.answer(iq, [node("ref", {}, Buffer.from(ref))]);
	};
	const takePrologue = (iq, sent) => {
		if (prologue !== void 0 || !assertionHolds(sent, challenge, account)) return refuse(iq, "the passkey assertion was wrong");
		const payload = bytesOf$2(childOf(sent, "prologue_payload")) ?? NOTHING$2;
		const read = readPrologue(payload, {
			ref,
			deviceType: registration.payload.platformType
		});
		if (read === void 0) return refuse(iq, "the prologue was wrong");
		const proof = bytesOf$2(childOf(sent, "pairing_handoff_proof"));
		if (proof !== void 0 && !sameBytes(proof, handoffProof$1(known, payload))) return refuse(iq, "the proof was wrong");
		prologue = read;
		isKnown = proof !== void 0;
		dialogue.answer(iq);
		const identity = encodeMessage([[1, primary.public], [2, primaryNonce]]);
		dialogue.notify("crsc_continuation", [node("primary_ephemeral_identity", {}, identity)]);
	};
	const takeNonce = (iq, sent) => {
		const nonce = bytesOf$2(sent) ?? NOTHING$2;
		if (prologue === void 0 || nonce.length !== 32 || !sameBytes(sha256$1(prologue.identity, nonce), prologue.commitment)) return refuse(iq, "the nonce does not open the commitment");
		revealed = true;
		if (!isKnown) world.showComparison(account, comparisonCode(nonce, primary.public, primaryNonce));
		dialogue.answer(iq);
	};
	const takeRequest = (iq, sent) => {
		if (prologue === void 0 || !revealed || ref === void 0) return refuse(iq, "the pairing request came too early");
		const key = requestKey(agree(primary.private, prologue.companionKey), registration.payload.platformType, ref);
		const secret = openRequest(bytesOf$2(sent) ?? NOTHING$2, key, registration);
		if (secret === void 0) return refuse(iq, "the pairing request does not open");
		dialogue.answer(iq);
		done.resolve(secret);
	};
	registration.passkey = { takes(iq) {
		const [sent] = childrenOf(iq);
		if (sent === void 0) return false;
		const step = {
			passkey_request_options: () => dialogue.answer(iq, [options]),
			ref: () => giveRef(iq),
			passkey_prologue: () => takePrologue(iq, sent),
			companion_nonce: () => takeNonce(iq, sent),
			encrypted_pairing_request: () => takeRequest(iq, sent)
		}[sent.tag];
		step?.();
		return step !== void 0;
	} };
	dialogue.notify("passkey_prologue_request", [options]);
	return done.promise;
}
/** The notification's content, with a fresh challenge. */
function requestNode(challenge = randomBytes(32).toString("base64url")) {
	return node("passkey_request_options", {}, Buffer.from(requestOptions(challenge)));
}
/** What the phone's screen shows: five bytes of its nonce under a hash of the companion's and its own key. */
function comparisonCode(companionNonce, primaryKey, primaryNonce) {
	const mask = sha256$1(companionNonce, primaryKey);
	return codeText(primaryNonce.subarray(0, 5).map((byte, index) => byte ^ (mask[index] ?? 0)));
}
function requestOptions(challenge) {
	return JSON.stringify({
		challenge,
		timeout: TIMEOUT_MS,
		rpId: "whatsapp.com",
		allowCredentials: [],
		userVerification: "required",
		extensions: { uvm: true }
	});
}
/** Form, identity and challenge; of the account's own passkey the signature, too. */
function assertionHolds(prologue, challenge, { authenticator }) {
	try {
		const assertion = JSON.parse(textOf(childOf(prologue, "webauthn_assertion")) ?? "");
		const { clientDataJSON, authenticatorData, signature } = assertion.response;
		const clientData = JSON.parse(Buffer.from(clientDataJSON, "base64url").toString("utf8"));
		const credential = bytesOf$2(childOf(prologue, "credential_id"));
		const [signedData, data, proof] = [
			clientDataJSON,
			authenticatorData,
			signature
		].map((text) => Buffer.from(text, "base64url"));
		if (signedData === void 0 || data === void 0 || proof === void 0) return false;
		if (sameBytes(credential, authenticator.credentialId) && !authenticator.signed({
			clientData: signedData,
			data,
			signature: proof
		})) return false;
		return assertion.type === "public-key" && assertion.id === assertion.rawId && sameBytes(credential, Buffer.from(assertion.rawId, "base64url")) && isFilled$1(authenticatorData) && isFilled$1(signature) && clientData.type === "webauthn.get" && clientData.challenge === challenge;
	} catch {
		return false;
	}
}
function isFilled$1(text) {
	return typeof text === "string" && /^[A-Za-z0-9_-]+$/.test(text);
}
function readPrologue(payload, expected) {
	try {
		const fields = decodeMessage(payload);
		const identity = bytesField(fields, 1) ?? NOTHING$2;
		const commitment = bytesField(decodeMessage(bytesField(fields, 2) ?? NOTHING$2), 1);
		const named = decodeMessage(identity);
		const companionKey = bytesField(named, 1);
		if (commitment?.length !== 32 || companionKey?.length !== 32) return void 0;
		if (numberField(named, 2) !== expected.deviceType || textField(named, 3) !== expected.ref) return void 0;
		return {
			identity,
			commitment,
			companionKey
		};
	} catch {
		return;
	}
}
/** Undefined when the phone knows no secret to prove anything under. */
function handoffProof$1(known, payload) {
	if (known === void 0) return void 0;
	const key = new Uint8Array(hkdfSync("sha256", known, NOTHING$2, "shortcake-passkey-handoff-v1", 32));
	return createHmac("sha256", key).update(payload).digest();
}
function requestKey(shared, deviceType, ref) {
	const salt = `Companion Pairing ${deviceType} with ref ${ref}`;
	return new Uint8Array(hkdfSync("sha256", shared, salt, "Pairing Information Encryption Key", 32));
}
/** The new adv secret, when the request opens and names the keys of this connection. */
function openRequest(bytes, key, { clientKey, payload }) {
	try {
		const sealed = decodeMessage(bytes);
		const iv = bytesField(sealed, 2);
		if (iv?.length !== 12) return void 0;
		const request = decodeMessage(aesGcmOpen(key, iv, bytesField(sealed, 1) ?? NOTHING$2, NOTHING$2));
		const secret = bytesField(request, 3);
		if (!sameBytes(bytesField(request, 1), clientKey) || !sameBytes(bytesField(request, 2), payload.identity)) return void 0;
		return secret?.length === 32 ? secret : void 0;
	} catch {
		return;
	}
}
function sha256$1(...parts) {
	const hash = createHash("sha256");
	for (const part of parts) hash.update(part);
	return hash.digest();
}
// src/emulator/pairing.ts
init_nodes();
const SIGN_LIMIT_MS = 6e4;
/** Resolves once the device is linked: its signature was right. Rejects with PhoneError. */
async function pair(world, pairing) {
	const { registration } = pairing;
	const fault = await reached(world, registration);
	if (fault?.kind === "fail") throw new PhoneError("refused", `the server refused with ${fault.code}`);
	const { request } = registration;
	if (isRefresh(fault) && request !== void 0 && !pairing.scanned) {
		refreshCode(request, fault);
		throw new PhoneError("expired", "the server took the code back");
	}
	if (isTampering(fault, "passkey")) {
		const advSecret = await askForPasskey(world, pairing, pairing.advSecret);
		return signed(world, {
			...pairing,
			advSecret
		}, void 0);
	}
	if (isTampering(fault, "companion-reg-refresh")) {
		registration.refreshSecret();
		if (pairing.scanned) throw new PhoneError("refused", "the scan is lost: scan the new QR code");
	}
	return signed(world, pairing, fault);
}
/** What strikes at `pair_success`, after its delay. Silence ends in PhoneError timeout. */
function reached(world, registration) {
	const waiting = registration.wait(SIGN_LIMIT_MS, "nothing came of it");
	reach(world, registration.line, "pair_success", (fault) => {
		if (fault?.kind === "disconnect") return registration.line.drop();
		waiting.resolve(fault);
	});
	return waiting.promise;
}
/** Sends `pair-success` and takes the signature. */
async function signed(world, pairing, fault) {
	const { account, registration } = pairing;
	const id = takeDeviceId(account);
	const linked = registration.wait(SIGN_LIMIT_MS, "the companion did not sign");
	const issued = issue(world, pairing, id, fault);
	const attrs = {
		xmlns: "md",
		t: String(Math.floor(world.clock.now() / 1e3))
	};
	const success = pairSuccess(account, id, issued, fault);
	const iqId = registration.dialogue.ask(success, attrs, (answer) => {
		if (answer.attrs["type"] === "error") return linked.reject(refusedBy(answer));
		takeSignature$1(world, pairing, {
			id,
			issued,
			success: [
				success,
				iqId,
				attrs
			]
		}, answer, linked);
	});
	if (isTampering(fault, "duplicate")) repeat(registration, [
		success,
		iqId,
		attrs
	]);
	await linked.promise;
	return { jid: pnJid(account.digits, id) };
}
function issue(world, { account, registration, advSecret }, id, fault) {
	return issueIdentity({
		account: account.identity,
		rawId: account.rawId,
		keyIndex: id,
		now: world.clock.now(),
		deviceIdentity: registration.payload.identity,
		advSecret,
		hosted: account.hosted,
		wrong: isTampering(fault, "hmac") ? "hmac" : isTampering(fault, "signature") ? "signature" : void 0
	});
}
function pairSuccess(account, id, issued, fault) {
	const identity = node("device-identity", {}, issued.sealed);
	return node("pair-success", {}, [
		...isTampering(fault, "missing-child") ? [] : [identity],
		node("platform", { name: account.platform === "ios" ? "iphone" : "android" }),
		node("device", {
			jid: pnJid(account.digits, id),
			lid: lidJid(account.lid, id)
		})
	]);
}
/** The very same IQ once more. */
function repeat({ line }, [content, id, attrs]) {
	line.send(node("iq", {
		from: S_WHATSAPP_NET,
		type: "set",
		id,
		...attrs
	}, [content]));
}
function takeSignature$1(world, { account, registration }, { id, issued, success }, answer, linked) {
	const { line, payload, clientKey } = registration;
	reach(world, line, "pair_device_sign", (fault) => {
		const identity = childOf(childOf(answer, "pair-device-sign"), "device-identity");
		const keys = {
			account: account.identity.public,
			device: payload.identity
		};
		if (fault?.kind === "fail") {
			linked.reject(new PhoneError("refused", `the server refused with ${fault.code}`));
			return line.end(node("stream:error", { code: String(fault.code) }));
		}
		if (identity?.attrs["key-index"] !== String(id) || !deviceSigned(bytesOf$2(identity) ?? /* @__PURE__ */ new Uint8Array(0), issued, keys)) {
			linked.reject(new PhoneError("refused", "the companion’s signature was wrong"));
			return line.end(node("stream:error", { code: "401" }));
		}
		announceDevice(addDevice(account, id, clientKey, payload), "add");
		linked.resolve();
		if (fault?.kind === "disconnect") return line.drop();
		if (isTampering(fault, "duplicate")) repeat(registration, success);
		if (isTampering(fault, "companion-reg-refresh")) registration.refreshSecret();
		if (isTampering(fault, "passkey")) registration.dialogue.notify("passkey_prologue_request", [requestNode()]);
		line.end(node("stream:error", { code: "515" }));
	});
}
function refusedBy(answer) {
	return new PhoneError("refused", `the companion refused with ${childOf(answer, "error")?.attrs["code"] ?? "an error"}`);
}
// src/emulator/qr.ts
const PREFIX = "https://wa.me/settings/linked_devices#";
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;
/** Undefined for what is not such a text. The prefix is optional. */
function parseQr(text) {
	const parts = (text.startsWith(PREFIX) ? text.slice(38) : text).split(",");
	const [ref, ...rest] = parts;
	const [noiseKey, identity, advSecret, platformId] = rest;
	if (parts.length !== 5 || !ref || platformId === void 0 || !/^[1-9]$/.test(platformId)) return void 0;
	const keys = [
		noiseKey,
		identity,
		advSecret
	].map(key32);
	if (keys[0] === void 0 || keys[1] === void 0 || keys[2] === void 0) return void 0;
	return {
		ref,
		noiseKey: keys[0],
		identity: keys[1],
		advSecret: keys[2]
	};
}
function key32(text) {
	return text !== void 0 && BASE64.test(text) ? Buffer.from(text, "base64") : void 0;
}
// src/emulator/linking.ts
init_bridge();
init_nodes();
/** Rejects with PhoneError no-request · wrong-code · expired · timeout · refused. */
async function enterCode(world, account, typed) {
	await world.clock.busy(whatIsOnItsWay());
	const request = world.codes.live(account);
	return alone(request.registration, async () => {
		const half = await world.clock.busy(prepare(plainCode(typed), request));
		assertLive(request, world.clock.now());
		const hello = {
			wrappedEphemeral: half.wrappedEphemeral,
			identity: account.identity.public
		};
		const advSecret = await secretFrom(world, half, request, await sendPrimaryHello(world, request, hello));
		const linked = await pair(world, {
			account,
			registration: request.registration,
			advSecret,
			scanned: false
		});
		request.over = "used";
		return linked;
	});
}
async function prepare(code, request) {
	const ephemeral = generateKeyPair();
	const [companionEphemeral, wrappedEphemeral] = await Promise.all([unwrapCompanionKey(code, request.wrappedEphemeral), wrapPrimaryKey(code, ephemeral.public, {
		salt: randomBytes(32),
		iv: randomBytes(16)
	})]);
	return {
		ephemeral,
		wrappedEphemeral,
		companionEphemeral
	};
}
/** The adv secret in the companion's answer, or in place of it, or after it, the one of a passkey ceremony. */
async function secretFrom(world, half, request, finish) {
	const { account, registration } = request;
	if (finish === "passkey") return askForPasskey(world, request, void 0);
	const keys = {
		primaryEphemeral: half.ephemeral,
		primaryIdentity: account.identity,
		companionEphemeral: half.companionEphemeral,
		companionIdentity: finish.identity
	};
	const secret = sameBytes(finish.identity, registration.payload.identity) ? openBundle(finish.wrappedBundle, keys) : void 0;
	if (secret === void 0) throw wrongCode();
	return finish.passkey || account.passkey ? askForPasskey(world, request, secret) : secret;
}
/** Rejects with PhoneError expired · timeout · refused · no-request. */
async function scanQr(world, account, text) {
	const qr = parseQr(text);
	if (qr === void 0) throw new PhoneError("refused", "this is not a QR code for linking a device");
	const registration = world.refs.find(qr.ref);
	if (!sameBytes(qr.noiseKey, registration.clientKey) || !sameBytes(qr.identity, registration.payload.identity)) throw new PhoneError("refused", "the QR code names other keys than the companion connected with");
	if (!account.multiDevice) {
		registration.line.send(node("ib", { from: S_WHATSAPP_NET }, [node("downgrade_webclient")]));
		throw new PhoneError("refused", "this phone’s WhatsApp is too old to link devices");
	}
	return alone(registration, async () => {
		const parties = {
			account,
			registration
		};
		const advSecret = account.passkey ? await askForPasskey(world, parties, qr.advSecret) : qr.advSecret;
		return pair(world, {
			account,
			registration,
			advSecret,
			scanned: !account.passkey
		});
	});
}
/** The server asks for a passkey before anybody typed the code; the device is linked when it got one. */
async function linkByPasskey(world, request) {
	const { account, registration } = request;
	await alone(registration, async () => {
		const advSecret = await askForPasskey(world, request, void 0);
		await pair(world, {
			account,
			registration,
			advSecret,
			scanned: false
		});
		request.over = "used";
	});
}
/** The person opens Linked devices: the companion that waits for a code gets a notification without keys. */
function openLinkedDevices(world, account) {
	notifyHello(world.codes.live(account), []);
}
/**
* What a companion of this process sent before the person typed is read first: plain Baileys gives out a code as soon
* as its request has left.
*/
async function whatIsOnItsWay() {
	for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
/** One phone at a time, and the connection stays while it works. */
async function alone(registration, work) {
	if (registration.linking) throw new PhoneError("refused", "this companion is being linked already");
	registration.linking = true;
	try {
		return await work();
	} finally {
		registration.linking = false;
		registration.finish = void 0;
		registration.passkey = void 0;
	}
}
function wrongCode() {
	return new PhoneError("wrong-code", "the companion answered, and this code does not open its answer");
}
// src/emulator/dialogue.ts
init_nodes();
/**
* A notification that is not acked ends the stream (docs/protocol.md section 1). How long WhatsApp waits is not known;
* plain Baileys acks `primary_hello` only after its own query was answered or gave up, which takes it 60 s.
*/
const ACK_LIMIT_MS = 9e4;
/** The texts that WhatsApp puts beside its codes. */
const TEXTS$2 = {
	400: "bad-request",
	401: "not-authorized",
	403: "forbidden",
	404: "item-not-found",
	405: "not-allowed",
	406: "not-acceptable",
	409: "conflict",
	429: "rate-overlimit",
	452: "feature-not-available",
	500: "internal-server-error",
	501: "feature-not-implemented",
	503: "service-unavailable"
};
function createDialogue(line, clock) {
	const asked = /* @__PURE__ */ new Map();
	const notified = /* @__PURE__ */ new Map();
	let heardAt = clock.now();
	let lastId = Math.floor(Math.random() * 1e9);
	const nextId = () => String(++lastId);
	const unacked = (id, type) => {
		line.end(node("stream:error", {}, [node("ack", {
			id,
			class: "notification",
			type
		})]));
	};
	const takeAck = (ack) => {
		const { id = "", class: kind, type, to } = ack.attrs;
		const owed = notified.get(id);
		if (owed === void 0) return;
		notified.delete(id);
		clock.clearTimeout(owed.timer);
		if (kind !== "notification" || type !== owed.type || to !== owed.from) unacked(id, owed.type);
	};
	const dialogue = {
		line,
		heardAt: () => heardAt,
		ask(content, attrs, answered) {
			const id = nextId();
			asked.set(id, answered);
			line.send(node("iq", {
				from: S_WHATSAPP_NET,
				type: "set",
				id,
				...attrs
			}, [content]));
			return id;
		},
		notify(type, content, attrs = {}) {
			if (line.closed) return;
			const id = nextId();
			const from = attrs["from"] ?? "s.whatsapp.net";
			const t = String(Math.floor(clock.now() / 1e3));
			notified.set(id, {
				type,
				from,
				timer: clock.setTimeout(() => unacked(id, type), ACK_LIMIT_MS)
			});
			line.send(node("notification", {
				from,
				type,
				id,
				t,
				...attrs
			}, content));
		},
		answer(request, content) {
			const { id = "" } = request.attrs;
			line.send(node("iq", {
				from: S_WHATSAPP_NET,
				type: "result",
				id
			}, content));
		},
		refuse(request, refusal) {
			const { id = "" } = request.attrs;
			line.send(node("iq", {
				from: S_WHATSAPP_NET,
				type: "error",
				id
			}, [errorNode(refusal)]));
		},
		ping() {
			line.send(node("iq", {
				from: S_WHATSAPP_NET,
				type: "get",
				id: nextId(),
				xmlns: "urn:xmpp:ping"
			}, [node("ping")]));
		},
		takes(stanza) {
			heardAt = clock.now();
			const { id = "", type } = stanza.attrs;
			if (stanza.tag === "ack" && stanza.attrs["class"] === "notification") {
				takeAck(stanza);
				return true;
			}
			if (stanza.tag !== "iq") return false;
			if (type === "result" || type === "error") {
				const answered = asked.get(id);
				asked.delete(id);
				answered?.(stanza);
				return true;
			}
			if (!isPing(stanza)) return false;
			dialogue.answer(stanza);
			return true;
		},
		close() {
			for (const { timer } of notified.values()) clock.clearTimeout(timer);
			notified.clear();
			asked.clear();
		}
	};
	return dialogue;
}
function isPing(iq) {
	return iq.attrs["xmlns"] === "w:p" || iq.attrs["xmlns"] === "urn:xmpp:ping" || childOf(iq, "ping") !== void 0;
}
/** `<error code text backoff?>`; the text of the code unless another is given. */
function errorNode({ code, text, backoffS }) {
	return node("error", {
		code: String(code),
		text: text ?? TEXTS$2[code] ?? "unknown",
		...backoffS !== void 0 && { backoff: String(backoffS) }
	});
}
// src/emulator/presence.ts
init_nodes();
function takePresence(accounts, device, stanza) {
	const { type, to } = stanza.attrs;
	if (type === "subscribe") return subscribe(accounts.byJid(to), device);
	if (type !== "available" && type !== "unavailable") return;
	device.available = type === "available";
	tell(device.account);
}
function goOffline(device) {
	if (!device.available) return;
	device.available = false;
	tell(device.account);
}
function subscribe(account, device) {
	if (account === void 0) return;
	account.subscribers.add(device);
	device.online?.line.send(presenceNode(account));
}
function tell(account) {
	for (const device of account.subscribers) if (device.online === void 0) account.subscribers.delete(device);
	else device.online.line.send(presenceNode(account));
}
function presenceNode(account) {
	const attrs = [...account.devices.values()].some(({ available }) => available) ? {} : {
		type: "unavailable",
		last: "deny"
	};
	return node("presence", {
		from: pnJid(account.digits),
		...attrs
	});
}
/** `<chatstate to><composing/></chatstate>` reaches the other side's devices as coming from the account. */
function forwardChatState(accounts, device, stanza) {
	const to = accounts.byJid(stanza.attrs["to"]);
	if (to === void 0 || to === device.account) return;
	const state = node("chatstate", { from: pnJid(device.account.digits) }, childrenOf(stanza));
	for (const other of to.devices.values()) other.online?.line.send(state);
}
// src/emulator/app-state.ts
init_nodes();
function answerAppState(_world, device, iq) {
	const sync = childOf(iq, "sync");
	if (sync === void 0) return { refusal: { code: 400 } };
	const changed = [];
	return {
		children: [node("sync", {}, childrenOf(sync).map((asked) => collectionNode(device, asked, changed)))],
		afterwards: changed.length === 0 ? void 0 : () => tellOthers(device, changed)
	};
}
function collectionNode({ account }, asked, changed) {
	const { name = "", version = "0" } = asked.attrs;
	const known = account.settings.collections;
	const patches = known.get(name) ?? [];
	const patch = bytesOf$2(childOf(asked, "patch") ?? childOf(childOf(asked, "patches"), "patch"));
	const from = Number(version);
	if (patch === void 0) {
		const missing = patches.slice(from).map((bytes) => node("patch", {}, bytes));
		return node("collection", {
			name,
			version: String(from),
			has_more_patches: "false"
		}, [node("patches", {}, missing)]);
	}
	if (from !== patches.length) return node("collection", {
		name,
		version: String(patches.length),
		type: "error"
	}, [node("error", {
		code: "409",
		text: "conflict"
	})]);
	known.set(name, [...patches, numbered$1(patch, from + 1)]);
	changed.push(name);
	return node("collection", {
		name,
		version: String(from + 1)
	});
}
/** The server numbers a patch, as the sender leaves its version out. */
function numbered$1(patch, version) {
	return Buffer.concat([encodeMessage([[1, encodeMessage([[1, version]])]]), patch]);
}
function tellOthers(device, names) {
	for (const other of device.account.devices.values()) {
		if (other === device) continue;
		for (const name of names) {
			const version = String(device.account.settings.collections.get(name)?.length ?? 0);
			other.online?.notify("server_sync", [node("collection", {
				name,
				version
			})]);
		}
	}
}
// src/emulator/pre-key-supply.ts
init_nodes();
/** Below this the server asks the device for more, once for each time it falls below. */
const LOW_COUNT = 5;
/** Uses up one of the device's one-time keys, if there is one. */
function takeBundle({ keys, online }) {
	const before = keys.count;
	const bundle = keys.takeBundle();
	const left = keys.count;
	if (before >= LOW_COUNT && left < LOW_COUNT) online?.notify("encrypt", [node("count", { value: String(left) })]);
	return bundle;
}
// src/emulator/encrypt-queries.ts
init_nodes();
function answerEncrypt(world, device, iq) {
	const key = childOf(iq, "key");
	if (key !== void 0) return { children: [node("list", {}, childrenOf(key).map((user) => bundleOf(world, user)))] };
	if (childOf(iq, "count") !== void 0) return { children: [node("count", { value: String(device.keys.count) })] };
	if (childOf(iq, "digest") !== void 0) return digest(device);
	const rotate = childOf(iq, "rotate");
	if (rotate !== void 0) return device.keys.rotate(childOf(rotate, "skey")) ? {} : { refusal: { code: 406 } };
	if (childOf(iq, "list") !== void 0) return device.keys.upload(iq) ? {} : { refusal: { code: 406 } };
	return { refusal: { code: 400 } };
}
/** One `user` of the answer: the bundle, or why there is none. */
function bundleOf(world, user) {
	const { jid = "" } = user.attrs;
	const bundle = bundleFor(world, jid);
	if (bundle === void 0) return node("user", { jid }, [node("error", {
		code: "404",
		text: "item-not-found"
	})]);
	return node("user", { jid }, bundleNodes(bundle));
}
function bundleFor(world, jid) {
	const account = world.accounts.byJid(jid);
	if (account !== void 0 && parseJid(jid)?.device === 0) return world.post.phoneBundle(account);
	const device = world.accounts.deviceByJid(jid);
	return device && takeBundle(device);
}
/** What the server holds for the device, and a hash over it, so that the device can tell whether it is its own. */
function digest({ keys }) {
	if (keys.count === 0) return { refusal: { code: 404 } };
	const ids = keys.preKeyIds.map((id) => node("id", {}, uintBytes(id, 3)));
	const hash = createHash("sha1").update(keys.identity).update(keys.signedPreKey.value).update(keys.signedPreKey.signature);
	for (const value of keys.preKeyValues) hash.update(value);
	return { children: [node("digest", {}, [
		node("registration", {}, uintBytes(keys.registrationId, 4)),
		node("type", {}, Uint8Array.of(5)),
		node("identity", {}, keys.identity),
		signedPreKeyNode(keys.signedPreKey),
		node("list", {}, ids),
		node("hash", {}, hash.digest())
	])] };
}
// src/emulator/settings-queries.ts
init_nodes();
/** No property differs from what a client assumes by itself. */
const answerProps = () => ({ children: [node("props", {
	protocol: "1",
	hash: "emulator",
	refresh: "86400",
	refresh_id: "1"
})] });
function answerBlocklist(world, { account }, iq) {
	const { blocked } = account.settings;
	if (iq.attrs["type"] === "set") for (const { attrs } of childrenOf(iq)) {
		const other = world.accounts.byJid(attrs["jid"] ?? attrs["pn_jid"]);
		if (other === void 0) return { refusal: { code: 404 } };
		if (attrs["action"] === "block") blocked.add(other.digits);
		else blocked.delete(other.digits);
	}
	const items = [...blocked].map((digits) => {
		const other = world.accounts.byDigits(digits);
		return node("item", {
			jid: other === void 0 ? pnJid(digits) : lidJid(other.lid),
			pn_jid: pnJid(digits)
		});
	});
	return { children: [node("list", { dhash: `${blocked.size}` }, items)] };
}
const PRIVACY = [
	"readreceipts",
	"profile",
	"status",
	"online",
	"last",
	"groupadd",
	"calladd",
	"messages"
];
function answerPrivacy(_world, { account }, iq) {
	const { privacy } = account.settings;
	if (childOf(iq, "tokens") !== void 0) return {};
	for (const { attrs } of iq.attrs["type"] === "set" ? childrenOf(childOf(iq, "privacy")) : []) privacy.set(attrs["name"] ?? "", attrs["value"] ?? "");
	return { children: [node("privacy", {}, PRIVACY.map((name) => node("category", {
		name,
		value: privacy.get(name) ?? "all"
	})))] };
}
function answerStatus(_world, { account }, iq) {
	account.settings.about = textOf(childOf(iq, "status")) ?? "";
	return {};
}
function answerDisappearing(_world, { account }, iq) {
	const mode = childOf(iq, "disappearing_mode");
	account.settings.disappearingS = Number(mode?.attrs["duration"] ?? 0);
	return {};
}
/** Nobody here has a picture: setting one is taken, asking for one finds nothing. */
function answerPicture(_world, _device, iq) {
	if (iq.attrs["type"] === "get") return { refusal: { code: 404 } };
	return bytesOf$2(childOf(iq, "picture")) === void 0 ? {} : { children: [node("picture", {
		id: "1",
		type: "image"
	})] };
}
const answerDirty = () => ({});
/** Media would go to hosts of their own; there are none, and a client must not be sent to WhatsApp's. */
const answerMedia = (_world, _device, iq) => childOf(iq, "media_conn") === void 0 ? { refusal: { code: 501 } } : { children: [node("media_conn", {
	auth: "emulator",
	ttl: "3600",
	auth_ttl: "21600",
	max_buckets: "12",
	id: "1"
})] };
/** The two questions that Baileys asks by itself: is this account restricted, and how many new chats may it start. */
const MEX = {
	"23983697327930364": { xwa2_fetch_account_reachout_timelock: { is_active: false } },
	"24503548349331633": { xwa2_message_capping_info: {
		total_quota: -1,
		used_quota: 0,
		cycle_start_timestamp: "0"
	} }
};
const answerMex = (_world, _device, iq) => {
	const data = MEX[childOf(iq, "query")?.attrs["query_id"] ?? ""];
	const body = data === void 0 ? {
		data: null,
		errors: [{
			message: "not found",
			extensions: { error_code: 404 }
		}]
	} : { data };
	return { children: [node("result", {}, Buffer.from(JSON.stringify(body)))] };
};
/** There are no groups. */
const answerGroups = (_world, _device, iq) => childOf(iq, "participating") === void 0 ? { refusal: { code: 404 } } : { children: [node("groups")] };
// src/emulator/stream-errors.ts
init_nodes();
/** Another connection logged in as the same device. */
function replaced$1() {
	return node("stream:error", {}, [node("conflict", { type: "replaced" })]);
}
/** The device was unlinked. */
function deviceRemoved() {
	return node("stream:error", { code: "401" }, [node("conflict", { type: "device_removed" })]);
}
function streamErrorNode(code) {
	if (code === 401) return deviceRemoved();
	if (code === 409) return node("stream:error", { code: "409" }, [node("conflict", { type: "replaced" })]);
	return node("stream:error", { code: String(code) });
}
// src/emulator/unlinking.ts
init_nodes();
/** From now on its logins are refused with 401; a connection that is open ends. */
function unlinkDevice(device) {
	device.account.devices.delete(device.id);
	device.online?.line.end(deviceRemoved());
	announceDevice(device, "remove");
}
/** `remove-companion-device`: a device may remove itself, no other. */
function removeCompanion(world, device, iq) {
	const remove = childOf(iq, "remove-companion-device");
	if (remove === void 0) return { refusal: { code: 400 } };
	if (world.accounts.byJid(remove.attrs["jid"]) !== device.account || parseJid(remove.attrs["jid"])?.device !== device.id) return { refusal: { code: 401 } };
	return { afterwards: () => unlinkDevice(device) };
}
// src/emulator/usync.ts
init_nodes();
function answerUsync(world, _device, iq) {
	const usync = childOf(iq, "usync");
	const query = childOf(usync, "query");
	if (usync === void 0 || query === void 0) return { refusal: { code: 400 } };
	const protocols = childrenOf(query).map(({ tag }) => tag);
	const users = childrenOf(childOf(usync, "list")).map((user) => userNode(world, protocols, user));
	const result = node("result", {}, protocols.map((protocol) => node(protocol)));
	return { children: [node("usync", {
		...usync.attrs,
		last: "true"
	}, [result, node("list", {}, users)])] };
}
function userNode(world, protocols, asked) {
	const phone = textOf(childOf(asked, "contact"));
	const account = phone === void 0 ? world.accounts.byJid(asked.attrs["jid"]) : world.accounts.byDigits(digitsOf(phone));
	const jid = asked.attrs["jid"] ?? pnJid(digitsOf(phone ?? ""));
	const answers = protocols.map((protocol) => account === void 0 ? unknown(protocol, phone) : known(world, protocol, account, phone));
	return node("user", { jid: nameless(jid) }, answers.filter((one) => one !== void 0));
}
/** Answers are about accounts, not devices. */
function nameless(jid) {
	const parsed = parseJid(jid);
	return parsed === void 0 ? jid : `${parsed.user}@${parsed.server}`;
}
function unknown(protocol, phone) {
	if (protocol === "contact") return node("contact", { type: "out" }, phone === void 0 ? void 0 : Buffer.from(phone));
	return protocol === "devices" ? node("devices", {}, [node("device-list")]) : void 0;
}
function known(world, protocol, account, phone) {
	const { settings } = account;
	if (protocol === "contact") return node("contact", { type: "in" }, phone === void 0 ? void 0 : Buffer.from(phone));
	if (protocol === "lid") return node("lid", { val: lidJid(account.lid) });
	if (protocol === "devices") return devicesNode(world, account);
	if (protocol === "status") return node("status", {}, Buffer.from(settings.about));
	if (protocol === "disappearing_mode") return node("disappearing_mode", {
		duration: String(settings.disappearingS),
		t: "0"
	});
}
function devicesNode(world, account) {
	const linked = [...account.devices.values()];
	const now = world.clock.now();
	const indexes = linked.map(({ keyIndex }) => keyIndex);
	return node("devices", {}, [node("device-list", {}, [node("device", { id: "0" }), ...linked.map(({ id, keyIndex }) => node("device", {
		id: String(id),
		"key-index": String(keyIndex)
	}))]), node("key-index-list", { ts: String(Math.floor(now / 1e3)) }, signKeyIndexes({
		account: account.identity,
		rawId: account.rawId,
		now,
		indexes
	}))]);
}
// src/emulator/queries.ts
init_nodes();
const nothing$1 = () => ({});
const HANDLERS = {
	encrypt: answerEncrypt,
	usync: answerUsync,
	passive: nothing$1,
	abt: answerProps,
	w: answerProps,
	blocklist: answerBlocklist,
	privacy: answerPrivacy,
	status: answerStatus,
	disappearing_mode: answerDisappearing,
	"w:profile:picture": answerPicture,
	"w:sync:app:state": answerAppState,
	"urn:xmpp:whatsapp:dirty": answerDirty,
	"urn:xmpp:whatsapp:push": nothing$1,
	"w:stats": nothing$1,
	"w:m": answerMedia,
	"w:mex": answerMex,
	"w:g2": answerGroups,
	"w:biz": () => ({ children: [node("business_profile", { v: "1" })] }),
	md: removeCompanion
};
function answerQuery(world, device, iq) {
	const handler = HANDLERS[iq.attrs["xmlns"] ?? ""];
	return handler === void 0 ? { refusal: { code: 501 } } : handler(world, device, iq);
}
// src/emulator/server-words.ts
init_nodes();
/** Where the next connection of this client is to go: it comes back before the header. */
function edgeRouting() {
	return node("ib", {}, [node("edge_routing", {}, [node("routing_info", {}, randomBytes(8))])]);
}
/** `<failure reason>`; with 402 the backoff is the length of the ban. */
function failureNode({ code, text, backoffS }) {
	return node("failure", {
		reason: String(code),
		...text !== void 0 && { message: text },
		...backoffS !== void 0 && { expire: String(backoffS) }
	});
}
// src/emulator/login.ts
init_nodes();
/** Undefined when the device is not linked: it was told so, and the connection ended. */
function serveLogin(world, line, client) {
	const { payload } = client;
	const device = world.accounts.deviceByJid(pnJid(payload.user, payload.device));
	if (device === void 0 || !sameBytes(device.noiseKey, client.key)) {
		line.end(failureNode({ code: 401 }));
		return;
	}
	const dialogue = createDialogue(line, world.clock);
	let admitted = false;
	let active = !payload.passive;
	const login = {
		line,
		dialogue,
		device,
		get active() {
			return active;
		},
		notify: dialogue.notify
	};
	const activate = () => {
		active = true;
		deliverWaiting(login);
		world.post.greet(device);
	};
	const admit = (twice) => {
		device.online?.line.end(replaced$1());
		device.online = login;
		admitted = true;
		world.noteLogin(device);
		line.send(successNode(world, device));
		if (twice) line.send(successNode(world, device));
		line.send(edgeRouting());
		if (active) activate();
	};
	const take = (stanza) => {
		if (dialogue.takes(stanza)) return;
		if (stanza.tag === "iq") return takeQuery(stanza);
		world.post.take(device, stanza);
	};
	const takeQuery = (iq) => {
		if (!(iq.attrs["xmlns"] === "encrypt" && childOf(iq, "list") !== void 0)) return answer(iq);
		reach(world, line, "prekey_upload", (fault) => {
			if (fault?.kind === "disconnect") return line.drop();
			if (fault?.kind === "fail") return dialogue.refuse(iq, fault);
			answer(iq);
			if (isTampering(fault, "duplicate")) dialogue.answer(iq);
		});
	};
	const answer = (iq) => {
		const { children, refusal, afterwards } = answerQuery(world, device, iq);
		if (refusal !== void 0) return dialogue.refuse(iq, refusal);
		dialogue.answer(iq, children);
		if (iq.attrs["xmlns"] === "passive") {
			const becomes = childOf(iq, "active") !== void 0;
			if (becomes && !active) activate();
			active = becomes;
		}
		afterwards?.();
	};
	reach(world, line, "login", (fault) => {
		if (fault?.kind === "disconnect") return line.drop();
		if (fault?.kind === "fail") return line.end(failureNode(fault));
		admit(isTampering(fault, "duplicate"));
	});
	return {
		dialogue,
		belongsTo(target) {
			if (!target.includes("@")) return digitsOf(target) === device.account.digits;
			return world.accounts.byJid(target) === device.account && [0, device.id].includes(parseJid(target)?.device ?? 0);
		},
		receive(stanza) {
			if (admitted) take(stanza);
		},
		closed() {
			dialogue.close();
			if (device.online !== login) return;
			device.online = void 0;
			goOffline(device);
		}
	};
}
/** What waited while the device was offline, then the count, which tells the device that it has caught up. */
function deliverWaiting({ device, line }) {
	const waiting = device.mailbox.waiting();
	if (waiting.length > 0) line.send(node("ib", {}, [offlinePreview(waiting)]));
	for (const [index, stanza] of waiting.entries()) line.send({
		...stanza,
		attrs: {
			...stanza.attrs,
			offline: String(index)
		}
	});
	line.send(node("ib", {}, [node("offline", { count: String(waiting.length) })]));
}
function offlinePreview(waiting) {
	const count = (tag) => String(waiting.filter((stanza) => stanza.tag === tag).length);
	return node("offline_preview", {
		count: String(waiting.length),
		message: count("message"),
		receipt: count("receipt"),
		notification: count("notification"),
		appdata: "0"
	});
}
function successNode(world, { account, id }) {
	return node("success", {
		t: String(Math.floor(world.clock.now() / 1e3)),
		lid: lidJid(account.lid, id),
		display_name: account.name,
		location: "emulator"
	});
}
// src/emulator/phone.ts
function createScreen() {
	return {
		prompts: createInflow("prompted()"),
		comparisons: createInflow("comparison()"),
		texts: createInflow("received()")
	};
}
const MAX_UNSEEN = 1e4;
function createInflow(name) {
	const items = [];
	const takers = [];
	let stopped = false;
	const over = () => new PhoneError("no-request", `${name}: the emulator was stopped`);
	return {
		push(item) {
			const taker = takers.shift();
			if (taker !== void 0) return taker.resolve(item);
			items.push(item);
			if (items.length > MAX_UNSEEN) items.shift();
		},
		next() {
			const [item] = items.splice(0, 1);
			if (item !== void 0) return Promise.resolve(item);
			const taken = new Promise((resolve, reject) => {
				if (stopped) return reject(over());
				takers.push({
					resolve,
					reject
				});
			});
			taken.catch(() => {});
			return taken;
		},
		stop() {
			stopped = true;
			for (const taker of takers.splice(0)) taker.reject(over());
		}
	};
}
function createPhone(options) {
	const { world, account, inbox, screen } = options;
	const { accounts } = world;
	return {
		prompted: () => screen.prompts.next(),
		enterCode: (code) => enterCode(world, account, code),
		scanQr: (data) => scanQr(world, account, data),
		openLinkedDevices: () => openLinkedDevices(world, account),
		confirmPasskey: (options) => account.authenticator.confirm(options),
		comparison: () => screen.comparisons.next(),
		linkedDevices: () => [...account.devices.values()].map(({ jid, name, platform, online }) => ({
			jid,
			name,
			platform,
			online: online !== void 0
		})),
		async unlink(jid) {
			const device = accounts.deviceByJid(jid);
			if (device === void 0 || device.account !== account) throw new RangeError("no such device is linked to this phone");
			unlinkDevice(device);
		},
		async send(to, text) {
			const target = accounts.byJid(to.includes("@") ? to : pnJid(digitsOf(to)));
			if (target === void 0) throw new RangeError("no phone of this emulator has that number: add it with addPhone()");
			await inbox.send(target, text);
		},
		received: () => screen.texts.next()
	};
}
// src/emulator/message-content.ts
const CONVERSATION = 1;
const PROTOCOL_MESSAGE = 12;
const DEVICE_SENT = 31;
const HISTORY_SYNC_NOTIFICATION = 5;
const APP_STATE_SYNC_KEY_SHARE = 6;
const INITIAL_BOOTSTRAP = 0;
function encodeText(text) {
	return encodeMessage([[CONVERSATION, text]]);
}
/** A copy for the sender's own other devices. */
function encodeDeviceSent(destinationJid, message) {
	return encodeMessage([[DEVICE_SENT, encodeMessage([[1, destinationJid], [2, message]])]]);
}
function encodeAppStateKeyShare(key) {
	const fingerprint = encodeMessage([[1, key.rawId], [2, 0]]);
	const keyData = encodeMessage([
		[1, key.data],
		[2, fingerprint],
		[3, key.madeAt]
	]);
	const share = encodeMessage([[1, encodeMessage([[1, encodeMessage([[1, key.id]])], [2, keyData]])]]);
	return protocolMessage(APP_STATE_SYNC_KEY_SHARE, 7, share);
}
/** The first history of a new device, inside the message itself: an account without chats. */
function encodeFirstHistory(account) {
	const mapping = encodeMessage([[1, account.pn], [2, account.lid]]);
	const history = encodeMessage([
		[1, INITIAL_BOOTSTRAP],
		[5, 1],
		[6, 100],
		[15, mapping]
	]);
	const notification = encodeMessage([
		[6, INITIAL_BOOTSTRAP],
		[7, 1],
		[9, 100],
		[11, deflateSync(history)]
	]);
	return protocolMessage(HISTORY_SYNC_NOTIFICATION, 6, notification);
}
function protocolMessage(type, field, content) {
	return encodeMessage([[PROTOCOL_MESSAGE, encodeMessage([[2, type], [field, content]])]]);
}
/** Throws a RangeError for what is not a message. */
function readContent(bytes) {
	const message = decodeMessage(bytes);
	const sent = bytesField(message, DEVICE_SENT);
	if (sent !== void 0) {
		const copy = decodeMessage(sent);
		return {
			...readContent(bytesField(copy, 2) ?? /* @__PURE__ */ new Uint8Array(0)),
			destinationJid: textField(copy, 1)
		};
	}
	return {
		text: textIn(bytes, 0),
		destinationJid: void 0,
		wantsAppStateKey: asksForKey(message)
	};
}
/** Messages that hold another one as their field 1: view once, disappearing, with caption, … */
const WRAPPERS = [
	37,
	40,
	53,
	55,
	59
];
/** Where a text stands: extended text, and the captions of image, document, video. */
const TEXTS$1 = [
	[6, 1],
	[3, 3],
	[7, 20],
	[9, 7]
];
function textIn(bytes, depth) {
	const message = decodeMessage(bytes);
	const plain = textField(message, CONVERSATION);
	if (plain !== void 0) return plain;
	for (const [number, field] of TEXTS$1) {
		const inner = bytesField(message, number);
		const text = inner && textField(decodeMessage(inner), field);
		if (text !== void 0) return text;
	}
	if (depth > 4) return void 0;
	for (const number of WRAPPERS) {
		const wrapper = bytesField(message, number);
		const inner = wrapper && bytesField(decodeMessage(wrapper), 1);
		if (inner !== void 0) return textIn(inner, depth + 1);
	}
}
const APP_STATE_SYNC_KEY_REQUEST = 7;
function asksForKey(message) {
	const protocol = bytesField(message, PROTOCOL_MESSAGE);
	return protocol !== void 0 && numberField(decodeMessage(protocol), 2) === APP_STATE_SYNC_KEY_REQUEST;
}
// src/emulator/post-office.ts
init_nodes();
function createPostOffice(world) {
	const { accounts, clock } = world;
	const now = () => String(Math.floor(clock.now() / 1e3));
	const send = (device, stanza) => {
		device.mailbox.put(stanza);
		if (device.online?.active === true) device.online.line.send(stanza);
	};
	const deliver = (letter) => {
		letter.to.account.correspondents.add(letter.from.account);
		letter.from.account.correspondents.add(letter.to.account);
		if (letter.to.device === 0) return world.inboxOf(letter.to.account)?.receive(letter);
		const device = letter.to.account.devices.get(letter.to.device);
		if (device !== void 0) send(device, messageNode(letter, now()));
	};
	const takeMessage = (sender, stanza) => {
		const { id = "", to = "" } = stanza.attrs;
		const chat = accounts.byJid(to);
		const ack = {
			class: "message",
			id,
			from: to,
			t: now()
		};
		if (chat === void 0) return sender.online?.line.send(node("ack", {
			...ack,
			error: "404"
		}));
		sender.online?.line.send(node("ack", ack));
		for (const { jid, enc } of parts(stanza)) {
			const account = accounts.byJid(jid);
			const encrypted = readEncrypted(enc);
			if (account === void 0 || encrypted === void 0) continue;
			deliver({
				id,
				from: {
					account: sender.account,
					device: sender.id
				},
				to: {
					account,
					device: parseJid(jid)?.device ?? 0
				},
				chat: account === sender.account ? accounts.byJid(stanza.attrs["recipient"]) ?? chat : void 0,
				encrypted,
				kind: stanza.attrs["type"] ?? "text",
				peer: stanza.attrs["category"] === "peer",
				retries: Number(enc.attrs["count"] ?? 0),
				deviceIdentity: bytesOf$2(childOf(stanza, "device-identity"))
			});
		}
	};
	const takeReceipt = (sender, stanza) => {
		const { id = "", to = "", type, participant } = stanza.attrs;
		for (const one of [id, ...listedIds(stanza)]) sender.mailbox.settle("message", one);
		const echo = {
			...type !== void 0 && { type },
			...participant !== void 0 && { participant }
		};
		sender.online?.line.send(node("ack", {
			class: "receipt",
			id,
			from: to,
			...echo
		}));
		const account = accounts.byJid(to);
		if (account === void 0) return;
		if (type === "retry") return forwardRetry(sender, account, parseJid(to)?.device ?? 0, stanza);
		if (account === sender.account) return;
		const receipt = node("receipt", {
			...echo,
			id,
			from: pnJid(sender.account.digits),
			t: now()
		}, childrenOf(stanza));
		for (const device of account.devices.values()) send(device, receipt);
	};
	const forwardRetry = (sender, account, to, stanza) => {
		if (to === 0) return world.inboxOf(account)?.retry(sender, stanza);
		const device = account.devices.get(to);
		const { id = "", recipient } = stanza.attrs;
		const attrs = {
			id,
			type: "retry",
			from: sender.jid,
			t: now(),
			...recipient !== void 0 && { recipient }
		};
		if (device !== void 0) send(device, node("receipt", attrs, childrenOf(stanza)));
	};
	return {
		take(device, stanza) {
			if (stanza.tag === "message") return takeMessage(device, stanza);
			if (stanza.tag === "receipt") return takeReceipt(device, stanza);
			if (stanza.tag === "ack") return device.mailbox.settle(stanza.attrs["class"] ?? "", stanza.attrs["id"] ?? "");
			if (stanza.tag === "presence") return takePresence(accounts, device, stanza);
			if (stanza.tag === "chatstate") return forwardChatState(accounts, device, stanza);
			if (stanza.tag === "call") return device.online?.line.send(ackOf(stanza));
		},
		deliver,
		receiptFromPhone(phone, to, id, attrs, content) {
			const device = accounts.byDigits(to.user)?.devices.get(to.device);
			if (device !== void 0) send(device, node("receipt", {
				id,
				from: pnJid(phone.digits),
				t: now(),
				...attrs
			}, content));
		},
		greet(device) {
			if (device.greeted) return;
			device.greeted = true;
			const greeted = world.inboxOf(device.account)?.greet(device);
			if (greeted !== void 0) clock.busy(greeted);
		},
		phoneBundle: (account) => world.inboxOf(account)?.bundle()
	};
}
/** Random, in the form of an Android phone's. */
function newMessageId() {
	return randomBytes(16).toString("hex").toUpperCase();
}
/** Each device's part: `participants`, or the one `enc` of a message to a single device. */
function parts(stanza) {
	const { to = "" } = stanza.attrs;
	const direct = childOf(stanza, "enc");
	const listed = childrenOf(childOf(stanza, "participants")).map((one) => ({
		jid: one.attrs["jid"] ?? "",
		enc: childOf(one, "enc") ?? node("enc")
	}));
	return direct === void 0 ? listed : [{
		jid: to,
		enc: direct
	}, ...listed];
}
function readEncrypted(enc) {
	const ciphertext = bytesOf$2(enc);
	const { type } = enc.attrs;
	return ciphertext !== void 0 && (type === "pkmsg" || type === "msg") ? {
		type,
		ciphertext
	} : void 0;
}
function listedIds(receipt) {
	return childrenOf(childOf(receipt, "list")).map((item) => item.attrs["id"] ?? "");
}
function ackOf(stanza) {
	const { id = "", to = "" } = stanza.attrs;
	return node("ack", {
		class: stanza.tag,
		id,
		from: to
	});
}
/** By number, with the hidden identity beside it: what plain Baileys handles best, and bots read most easily. */
function messageNode(letter, t) {
	const { from, chat } = letter;
	const attrs = {
		id: letter.id,
		from: pnJid(from.account.digits, from.device),
		type: letter.kind,
		t,
		notify: from.account.name,
		addressing_mode: "pn",
		...chat === void 0 || letter.peer === true ? { sender_lid: lidJid(from.account.lid, from.device) } : {
			recipient: pnJid(chat.digits),
			peer_recipient_lid: lidJid(chat.lid)
		},
		...letter.peer === true && { category: "peer" }
	};
	const retries = letter.retries === void 0 || letter.retries === 0 ? {} : { count: String(letter.retries) };
	return node("message", attrs, [node("enc", {
		v: "2",
		type: letter.encrypted.type,
		...retries
	}, letter.encrypted.ciphertext), ...letter.deviceIdentity === void 0 ? [] : [node("device-identity", {}, letter.deviceIdentity)]]);
}
// src/emulator/signal.ts
init_bridge();
const SIGNED_PRE_KEY_ID = 1;
/** Handed out and not used yet. */
const MAX_PRE_KEYS = 5e3;
/** Pre-key ids have three bytes. */
const MAX_PRE_KEY_ID = 2 ** 24 - 1;
function createPhoneSignal(identity) {
	const registrationId = generateRegistrationId$1();
	const signedPreKey = generateKeyPair();
	const signature = sign(identity.private, withKeyType(signedPreKey.public));
	const preKeys = /* @__PURE__ */ new Map();
	const sessions = /* @__PURE__ */ new Map();
	let nextPreKey = randomInt(1, 2 ** 16);
	let queue = Promise.resolve();
	const storage = {
		loadSession: (address) => sessions.get(address),
		storeSession(address, record) {
			sessions.set(address, Uint8Array.from(record.serialize()));
			record.free();
		},
		getOurIdentity: () => typed(identity),
		getOurRegistrationId: () => registrationId,
		isTrustedIdentity: () => true,
		loadPreKey(id) {
			const pair = preKeys.get(id);
			return pair && typed(pair);
		},
		removePreKey(id) {
			preKeys.delete(id);
		},
		loadSignedPreKey: (id) => id === SIGNED_PRE_KEY_ID ? {
			keyId: id,
			keyPair: typed(signedPreKey),
			signature
		} : void 0,
		loadSenderKey: () => void 0,
		storeSenderKey: () => {}
	};
	/** A ratchet moves with every message, so one after the other. */
	const inTurn = (work) => {
		const turn = queue.then(work);
		queue = turn.catch(() => {});
		return turn;
	};
	const withAddress = async (peer, work) => {
		const address = new ProtocolAddress(peer.user, peer.device);
		try {
			return await work(address);
		} catch (thrown) {
			throw thrown instanceof Error ? thrown : new Error(String(thrown));
		} finally {
			address.free();
		}
	};
	const openSession = async (address, bundle) => {
		const builder = new SessionBuilder(storage, address);
		try {
			await builder.processPreKeyBundle({
				registrationId: bundle.registrationId,
				identityKey: withKeyType(bundle.identity),
				signedPreKey: {
					keyId: bundle.signedPreKey.id,
					publicKey: withKeyType(bundle.signedPreKey.value),
					signature: bundle.signedPreKey.signature
				},
				...bundle.preKey && { preKey: {
					keyId: bundle.preKey.id,
					publicKey: withKeyType(bundle.preKey.value)
				} }
			});
		} finally {
			builder.free();
		}
	};
	const withCipher = async (address, work) => {
		const cipher = new SessionCipher(storage, address);
		try {
			return await work(cipher);
		} finally {
			cipher.free();
		}
	};
	return {
		registrationId,
		bundle() {
			const id = nextPreKey;
			nextPreKey = nextPreKey % MAX_PRE_KEY_ID + 1;
			const pair = generateKeyPair();
			preKeys.set(id, pair);
			const [oldest] = preKeys.keys();
			if (preKeys.size > MAX_PRE_KEYS && oldest !== void 0) preKeys.delete(oldest);
			return {
				registrationId,
				identity: identity.public,
				signedPreKey: {
					id: SIGNED_PRE_KEY_ID,
					value: signedPreKey.public,
					signature
				},
				preKey: {
					id,
					value: pair.public
				}
			};
		},
		encrypt(peer, plaintext, bundle) {
			return inTurn(() => withAddress(peer, async (address) => {
				if (!sessions.has(address.toString())) await openSession(address, bundle());
				const { type, body } = await withCipher(address, (cipher) => cipher.encrypt(padded(plaintext)));
				return {
					type: type === 3 ? "pkmsg" : "msg",
					ciphertext: Uint8Array.from(body)
				};
			}));
		},
		decrypt(peer, { type, ciphertext }) {
			return inTurn(() => withAddress(peer, async (address) => {
				return unpadded(await withCipher(address, (cipher) => type === "pkmsg" ? cipher.decryptPreKeyWhisperMessage(ciphertext) : cipher.decryptWhisperMessage(ciphertext)));
			}));
		},
		forget(peer) {
			sessions.delete(`${peer.user}.${peer.device}`);
		}
	};
}
function typed(pair) {
	return {
		pubKey: withKeyType(pair.public),
		privKey: pair.private
	};
}
/** 1 to 16 bytes, each the number of them. */
function padded(plaintext) {
	const length = randomInt(1, 17);
	return Buffer.concat([plaintext, Buffer.alloc(length, length)]);
}
function unpadded(plaintext) {
	const length = plaintext[plaintext.length - 1] ?? 0;
	if (length === 0 || length > plaintext.length) throw new Error("a message without its padding");
	return Uint8Array.from(plaintext.subarray(0, plaintext.length - length));
}
// src/emulator/phone-inbox.ts
init_nodes();
const MAX_RETRIES = 5;
const MAX_REMEMBERED = 1e3;
function createPhoneInbox(options) {
	const { account } = options;
	const signal = createPhoneSignal(account.identity);
	const remembered = /* @__PURE__ */ new Map();
	const appStateKey = {
		id: Buffer.concat([Buffer.alloc(2), randomBytes(4)]),
		data: randomBytes(32),
		rawId: account.rawId,
		madeAt: options.clock.now()
	};
	const bundleOf = (to) => {
		const device = to.account.devices.get(to.device);
		const bundle = to.device === 0 ? options.phoneBundle(to.account) : device && takeBundle(device);
		if (bundle === void 0) throw new Error("the device is gone");
		return bundle;
	};
	const dispatch = async (sent, retries, bundle) => {
		const { to } = sent.letter;
		const encrypted = await signal.encrypt(peerOf(to), sent.plaintext, () => bundle ?? bundleOf(to));
		options.post.deliver({
			...sent.letter,
			encrypted,
			retries
		});
	};
	const remember = (sent) => {
		remembered.set(memoryKey(sent.letter.id, sent.letter.to), sent);
		const [oldest] = remembered.keys();
		if (remembered.size > MAX_REMEMBERED && oldest !== void 0) remembered.delete(oldest);
		return sent;
	};
	const toDevice = (device, plaintext, letter) => remember({
		plaintext,
		letter: {
			id: newMessageId(),
			from: {
				account,
				device: 0
			},
			to: {
				account: device.account,
				device: device.id
			},
			kind: "text",
			...letter
		}
	});
	const read = async (letter) => {
		if (!isVouchedFor(letter)) return;
		const peer = peerOf(letter.from);
		let plaintext;
		try {
			plaintext = await signal.decrypt(peer, letter.encrypted);
		} catch {
			return askAgain(letter);
		}
		options.post.receiptFromPhone(account, peer, letter.id, receiptAttrs(letter));
		take(letter, plaintext);
	};
	const take = (letter, plaintext) => {
		const content = readContent(plaintext);
		const from = letter.from.account;
		if (content.wantsAppStateKey && from === account) return void shareKey(letter.from.device);
		if (content.text === void 0 || letter.peer === true) return;
		if (from === account && letter.chat !== account) return;
		options.onText({
			from: pnJid(from.digits),
			text: content.text
		});
	};
	const shareKey = async (device) => {
		const asking = account.devices.get(device);
		if (asking === void 0) return;
		await dispatch(toDevice(asking, encodeAppStateKeyShare(appStateKey), { peer: true })).catch(() => {});
	};
	/** The keys go with the first request already, so that the sender can open a new session at once. */
	const askAgain = (letter) => {
		const retries = (letter.retries ?? 0) + 1;
		if (retries > MAX_RETRIES) return;
		const peer = peerOf(letter.from);
		signal.forget(peer);
		const t = String(Math.floor(options.clock.now() / 1e3));
		const [registration, ...keys] = bundleNodes(signal.bundle());
		options.post.receiptFromPhone(account, peer, letter.id, { type: "retry" }, [
			node("retry", {
				count: String(retries),
				id: letter.id,
				t,
				v: "1",
				error: "0"
			}),
			...registration === void 0 ? [] : [registration],
			node("keys", {}, keys)
		]);
	};
	return {
		receive(letter) {
			options.clock.busy(read(letter)).catch(() => {});
		},
		retry(asking, receipt) {
			const { id = "" } = receipt.attrs;
			const count = Number(childOf(receipt, "retry")?.attrs["count"] ?? 1);
			const sent = remembered.get(memoryKey(id, {
				account: asking.account,
				device: asking.id
			}));
			if (sent === void 0 || count > MAX_RETRIES) return;
			signal.forget(peerOf(sent.letter.to));
			options.clock.busy(dispatch(sent, count, readRetryBundle(receipt))).catch(() => {});
		},
		async send(to, text) {
			const id = newMessageId();
			const message = encodeText(text);
			const copy = encodeDeviceSent(pnJid(to.digits), message);
			const letters = [...to === account ? [] : [...to.devices.values()].map((device) => toDevice(device, message, { id })), ...[...account.devices.values()].map((device) => toDevice(device, copy, {
				id,
				chat: to
			}))];
			for (const sent of letters) if (isLinked(sent.letter.to)) await dispatch(sent);
			if (to === account) return;
			await dispatch({
				plaintext: message,
				letter: {
					id,
					from: {
						account,
						device: 0
					},
					to: {
						account: to,
						device: 0
					},
					kind: "text"
				}
			});
		},
		async greet(device) {
			const history = encodeFirstHistory({
				pn: pnJid(account.digits),
				lid: lidJid(account.lid)
			});
			try {
				await dispatch(toDevice(device, encodeAppStateKeyShare(appStateKey), { peer: true }));
				await dispatch(toDevice(device, history, { peer: true }));
			} catch {}
		},
		bundle: () => signal.bundle()
	};
}
/** Without a type it says “delivered”; for a copy of an own message, that the account's phone has it too. */
function receiptAttrs({ chat }) {
	return chat === void 0 ? {} : {
		type: "sender",
		recipient: pnJid(chat.digits)
	};
}
/** It may have been unlinked while the devices before it had their turn. */
function isLinked({ account, device }) {
	return account.devices.has(device);
}
function peerOf({ account, device }) {
	return {
		user: account.digits,
		device
	};
}
function memoryKey(id, to) {
	return `${id} ${to.account.digits}.${to.device}`;
}
/** A message that opens a session must carry the account's word for the device, unless it comes from a phone. */
function isVouchedFor({ from, encrypted, deviceIdentity }) {
	if (from.device === 0 || encrypted.type === "msg") return true;
	const device = from.account.devices.get(from.device);
	if (device === void 0 || deviceIdentity === void 0) return false;
	const keys = {
		account: from.account.identity.public,
		device: device.keys.identity,
		hosted: from.account.hosted
	};
	return sameIdentity(encrypted.ciphertext, device.keys.identity) && vouchedFor(deviceIdentity, keys);
}
/** A PreKeySignalMessage: one version byte, then fields; the identity key, with its type byte, is field 3. */
function sameIdentity(pkmsg, identity) {
	try {
		const key = bytesField(decodeMessage(pkmsg.subarray(1)), 3);
		return key !== void 0 && sameBytes(key.subarray(1), identity);
	} catch {
		return false;
	}
}
// src/emulator/qr-refs.ts
init_nodes();
const REFS = 6;
const FIRST_MS = 6e4;
const LATER_MS = 2e4;
/** How long the six live together. */
const REFS_LIFE_MS = 16e4;
function createQrRefs(now) {
	const refs = /* @__PURE__ */ new Map();
	return {
		add(ref, registration, expiresAt) {
			refs.set(ref, {
				registration,
				expiresAt
			});
		},
		drop(of) {
			for (const [ref, { registration }] of refs) if (registration === of) refs.delete(ref);
		},
		find(ref) {
			const found = refs.get(ref);
			if (found === void 0 || now() > found.expiresAt) throw new PhoneError("expired", "the QR code is over: scan the one that is shown now");
			return found.registration;
		}
	};
}
/** Hands out six refs; the first lives 60 s, each later one 20 s more. */
function sendPairDevice(world, registration) {
	reach(world, registration.line, "pair_device", (fault) => {
		if (fault?.kind === "fail" && fault.as === "failure") return registration.line.end(failureNode(fault));
		if (fault?.kind === "fail" || fault?.kind === "disconnect") return registration.line.drop();
		const texts = Array.from({ length: REFS }, () => `2@${randomBytes(64).toString("base64")}`);
		const now = world.clock.now();
		for (const [index, ref] of texts.entries()) world.refs.add(ref, registration, now + FIRST_MS + index * LATER_MS);
		const shown = isTampering(fault, "ref") ? texts.map((ref) => ref.toLowerCase()) : texts;
		const sent = pairDevice$1(isTampering(fault, "missing-child") ? [] : shown);
		const attrs = { xmlns: "md" };
		const id = registration.dialogue.ask(sent, attrs, () => {});
		if (isTampering(fault, "duplicate")) registration.line.send(node("iq", {
			from: S_WHATSAPP_NET,
			type: "set",
			id,
			...attrs
		}, [sent]));
		if (isTampering(fault, "companion-reg-refresh")) registration.refreshSecret();
		registration.line.send(edgeRouting());
	});
}
function pairDevice$1(refs) {
	return node("pair-device", {}, refs.map((ref) => node("ref", {}, Buffer.from(ref))));
}
// src/emulator/waiting.ts
/** Rejects with PhoneError `timeout` when `ms` are over; `what` completes the sentence. */
function waitFor(clock, ms, what) {
	let settle;
	const promise = new Promise((resolve, reject) => {
		settle = {
			resolve,
			reject
		};
	});
	promise.catch(() => {});
	const timer = clock.setTimeout(() => settle?.reject(new PhoneError("timeout", `${what} within ${ms / 1e3} s`)), ms);
	return {
		promise,
		resolve(result) {
			clock.clearTimeout(timer);
			settle?.resolve(result);
		},
		reject(error) {
			clock.clearTimeout(timer);
			settle?.reject(error);
		}
	};
}
// src/emulator/registration.ts
init_nodes();
const RECHECK_MS = 1e4;
function serveRegistration(world, line, client) {
	const { clock } = world;
	const dialogue = createDialogue(line, clock);
	const waits = /* @__PURE__ */ new Set();
	let refsEnd;
	const registration = {
		line,
		dialogue,
		clientKey: client.key,
		payload: client.payload,
		request: void 0,
		finish: void 0,
		passkey: void 0,
		linking: false,
		wait(ms, what) {
			const waiting = waitFor(clock, ms, what);
			waits.add(waiting);
			const forget = () => void waits.delete(waiting);
			waiting.promise.then(forget, forget);
			if (line.closed) waiting.reject(gone());
			return waiting;
		},
		refreshSecret() {
			dialogue.notify("companion_reg_refresh", [node("companion_reg_refresh")]);
		}
	};
	/** A live code, or a phone at work, keeps the connection beyond the end of its refs. */
	const endWithRefs = () => {
		if (!(registration.request !== void 0 && clock.now() <= registration.request.expiresAt) && !registration.linking) return line.end(node("xmlstreamend"));
		refsEnd = clock.setTimeout(endWithRefs, RECHECK_MS);
	};
	const takeRequest = (iq) => {
		const { to, type, xmlns } = iq.attrs;
		if (xmlns !== "md") return dialogue.refuse(iq, { code: 501 });
		if (to !== "s.whatsapp.net" || type !== "get" && type !== "set") return dialogue.refuse(iq, { code: 400 });
		const reg = childOf(iq, "link_code_companion_reg");
		if (reg?.attrs["stage"] === "companion_hello") return answerHello(world, registration, iq, reg);
		if (reg?.attrs["stage"] === "companion_finish") return takeFinish(world, registration, iq, reg);
		if (registration.passkey?.takes(iq) === true) return;
		dialogue.refuse(iq, { code: 400 });
	};
	sendPairDevice(world, registration);
	refsEnd = clock.setTimeout(endWithRefs, REFS_LIFE_MS);
	return {
		dialogue,
		belongsTo(target) {
			const account = registration.request?.account;
			if (account === void 0) return false;
			if (!target.includes("@")) return digitsOf(target) === account.digits;
			return world.accounts.byJid(target) === account && parseJid(target)?.device === 0;
		},
		receive(stanza) {
			if (dialogue.takes(stanza)) return;
			if (stanza.tag === "iq") takeRequest(stanza);
		},
		closed() {
			clock.clearTimeout(refsEnd);
			world.refs.drop(registration);
			dialogue.close();
			for (const waiting of waits) waiting.reject(gone());
		}
	};
}
function gone() {
	return new PhoneError("no-request", "the companion’s connection closed");
}
// src/emulator/server.ts
const PATH = "/ws/chat";
const HOST = "127.0.0.1";
/** Rejects with the system's error when the port is taken. */
async function listen(port, onSocket) {
	const server = new WebSocketServer({
		host: HOST,
		port,
		path: PATH,
		perMessageDeflate: false,
		maxPayload: 16777216
	});
	await new Promise((resolve, reject) => {
		server.once("listening", resolve);
		server.once("error", reject);
	});
	server.on("connection", onSocket);
	const address = server.address();
	return {
		url: `ws://${HOST}:${address.port}${PATH}`,
		async close() {
			for (const socket of server.clients) socket.terminate();
			await new Promise((resolve) => server.close(() => resolve()));
		}
	};
}
// src/emulator/stanza-record.ts
init_nodes();
function createStanzaRecord({ maxStanzas = 1e4, maxNodes = 5e5 } = {}) {
	const stanzas = [];
	let nodes = 0;
	return {
		stanzas,
		add(from, node) {
			stanzas.push({
				from,
				node
			});
			nodes += weight(node);
			if (stanzas.length <= maxStanzas && nodes <= maxNodes) return;
			let drop = stanzas.length > maxStanzas ? Math.ceil(maxStanzas / 10) : 0;
			let dropped = stanzas.slice(0, drop).reduce((sum, one) => sum + weight(one.node), 0);
			while (nodes - dropped > maxNodes && drop < stanzas.length - 1) {
				const oldest = stanzas[drop];
				if (oldest !== void 0) dropped += weight(oldest.node);
				drop += 1;
			}
			stanzas.splice(0, drop);
			nodes -= dropped;
		}
	};
}
function weight(node) {
	return childrenOf(node).reduce((sum, child) => sum + weight(child), 1);
}
// src/emulator/throttle.ts
/** @throws RangeError for numbers that are none */
function createThrottle({ hellos = 20, windowMs = 6e5 }, now) {
	if (!(hellos >= 0) || !(windowMs > 0)) throw new RangeError("throttle takes hellos (0 or more) and windowMs (above 0)");
	const taken = /* @__PURE__ */ new Map();
	return { allows(digits) {
		const recent = (taken.get(digits) ?? []).filter((at) => now() - at < windowMs);
		const allowed = recent.length < hellos;
		taken.set(digits, allowed ? [...recent, now()] : recent);
		return allowed;
	} };
}
// src/wire/whatsapp-contact.ts
let contacted = false;
function noteWhatsAppContact() {
	contacted = true;
}
function whatsAppWasContacted() {
	return contacted;
}
// src/emulator/trust.ts
const PACKAGES = ["baileys", "@whiskeysockets/baileys"];
const KEY_BYTES$4 = 32;
/** The constants found, each with what it held before the first emulator. */
const originals = /* @__PURE__ */ new Map();
/** Of the emulators that are trusted now; the last one counts. */
const trusted = [];
/**
* Makes Baileys in this process trust `rootKey` instead of WhatsApp's. Without Baileys there is nothing to do.
* @throws Error when this package opened a socket to WhatsApp in this process: that connection must not lose its root
*/
function trustRoot(rootKey) {
	if (whatsAppWasContacted()) throw new Error("this process talks to WhatsApp: run the emulator with plain Baileys in a process of its own");
	if (trusted.includes(rootKey)) return;
	for (const constant of findConstants()) if (!originals.has(constant)) originals.set(constant, Uint8Array.from(constant));
	trusted.push(rootKey);
	write(rootKey);
}
/** Takes it back: the root of the emulator trusted before, or what Baileys shipped. */
function distrustRoot(rootKey) {
	const index = trusted.indexOf(rootKey);
	if (index < 0) return;
	trusted.splice(index, 1);
	const last = trusted.at(-1);
	if (last !== void 0) return write(last);
	for (const [constant, original] of originals) constant.set(original);
	originals.clear();
}
/** In place: whoever holds the constant sees it. */
function write(rootKey) {
	for (const constant of originals.keys()) constant.set(rootKey);
}
function findConstants() {
	const found = /* @__PURE__ */ new Set();
	for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
		const require = createRequire(from);
		for (const name of PACKAGES) {
			const constant = readConstant(require, `${name}/lib/Defaults/index.js`);
			if (constant !== void 0) found.add(constant);
		}
	}
	return [...found];
}
function readConstant(require, path) {
	let defaults;
	try {
		defaults = require(path);
	} catch (error) {
		if (isNotFound(error)) return void 0;
		throw error;
	}
	const key = defaults.WA_CERT_DETAILS?.PUBLIC_KEY;
	return key instanceof Uint8Array && key.length === KEY_BYTES$4 ? key : void 0;
}
function isNotFound(error) {
	const code = error instanceof Error && "code" in error ? error.code : void 0;
	return code === "MODULE_NOT_FOUND" || code === "ERR_PACKAGE_PATH_NOT_EXPORTED";
}
// src/emulator/virtual-clock.ts
/** Node fires longer timers at once. */
const LONGEST_MS = 2 ** 31 - 1;
function createVirtualClock(base) {
	const timers = /* @__PURE__ */ new Set();
	const atHand = /* @__PURE__ */ new Set();
	let offset = 0;
	let order = 0;
	let advancing = false;
	let stopped = false;
	let queue = Promise.resolve();
	const now = () => base.now() + offset;
	const fire = (timer) => {
		timers.delete(timer);
		timer.run();
	};
	const arm = (timer) => {
		const ms = Math.max(0, timer.due - now());
		timer.armed = base.setTimeout(() => ms > LONGEST_MS ? arm(timer) : fire(timer), Math.min(ms, LONGEST_MS));
	};
	const disarm = (timer) => {
		if (timer.armed !== void 0) base.clearTimeout(timer.armed);
		timer.armed = void 0;
	};
	const nextDue = (limit) => {
		let next;
		for (const timer of timers) {
			if (timer.due > limit) continue;
			if (next === void 0 || timer.due < next.due || timer.due === next.due && timer.order < next.order) next = timer;
		}
		return next;
	};
	const idle = async () => {
		while (atHand.size > 0) await Promise.allSettled(atHand);
	};
	const move = async (ms) => {
		await idle();
		const target = now() + ms;
		advancing = true;
		for (const timer of timers) disarm(timer);
		try {
			for (let timer = nextDue(target); timer !== void 0; timer = nextDue(target)) {
				offset += Math.max(0, timer.due - now());
				fire(timer);
				await settled();
				await idle();
			}
		} finally {
			offset += Math.max(0, target - now());
			advancing = false;
			for (const timer of timers) arm(timer);
		}
		await settled();
	};
	return {
		now,
		setTimeout(run, ms) {
			const timer = {
				due: now() + Math.max(0, ms),
				order: order++,
				run,
				armed: void 0
			};
			if (stopped) return timer;
			timers.add(timer);
			if (!advancing) arm(timer);
			return timer;
		},
		clearTimeout(handle) {
			const timer = handle;
			if (timer === void 0 || !timers.delete(timer)) return;
			disarm(timer);
		},
		advance(ms) {
			if (!Number.isFinite(ms) || ms < 0) throw new RangeError("advance takes a number of milliseconds, 0 or more");
			const moved = queue.then(() => move(ms));
			queue = moved.catch(() => {});
			return moved;
		},
		busy(work) {
			const done = () => void atHand.delete(work);
			atHand.add(work);
			work.then(done, done);
			return work;
		},
		stop() {
			stopped = true;
			for (const timer of timers) disarm(timer);
			timers.clear();
		}
	};
}
/** Two turns of the event loop: what was written to a socket has been handed to the system by then. */
async function settled() {
	for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
// src/emulator/emulator.ts
init_bridge();
init_nodes();
/** Starts on 127.0.0.1. Rejects with the system's error when the port is taken. */
function startEmulator(options = {}) {
	return startForgedEmulator(void 0, options);
}
/** A line that was silent for so long is pinged. */
const PING_MS = 6e4;
/** For tests of those who check certificates: the same emulator, with exactly one thing wrong in its chain. */
async function startForgedEmulator(defect, { port = 0, clock: base = systemClock, throttle = {} } = {}) {
	const clock = createVirtualClock(base);
	const root = generateKeyPair();
	const staticKey = generateKeyPair();
	const faults = createFaults();
	const accounts = createAccounts();
	const record = createStanzaRecord();
	const logins = [];
	const connections = [];
	const phones = /* @__PURE__ */ new Map();
	const open = /* @__PURE__ */ new Map();
	const post = createPostOffice({
		clock,
		accounts,
		inboxOf: (account) => phones.get(account)?.inbox
	});
	const world = {
		clock,
		faults,
		accounts,
		post,
		codes: createCodes(clock.now),
		refs: createQrRefs(clock.now),
		throttle: createThrottle(throttle, clock.now),
		prompt: (account, device) => phones.get(account)?.screen.prompts.push({ device }),
		showComparison: (account, code) => phones.get(account)?.screen.comparisons.push({ code }),
		linkByPasskey: (request) => void linkByPasskey(world, request).catch(() => {}),
		noteLogin: (device) => void logins.push({
			jid: device.jid,
			at: clock.now()
		})
	};
	const chainWith = (wrong) => issueChain({
		root,
		staticKey: staticKey.public,
		now: clock.now(),
		defect: wrong
	});
	const chain = chainWith(defect);
	const serve = (socket) => {
		serveConnection({
			socket,
			clock,
			staticKey,
			record: record.add,
			onHandshake(line, proceed) {
				reach(world, line, "handshake", (fault) => {
					if (fault?.kind === "fail" || fault?.kind === "disconnect") return line.drop();
					if (isTampering(fault, "duplicate")) return proceed(chain, 2);
					proceed(fault?.kind === "tamper" ? chainWith(HANDSHAKE_DEFECTS[fault.with]) : chain);
				});
			},
			onClient(line, { key, payload: bytes }) {
				const payload = readClientPayload(bytes);
				if (payload === void 0) return void line.end(node("failure", { reason: "400" }));
				connections.push({
					kind: payload.kind,
					at: clock.now(),
					routed: line.routing !== void 0
				});
				const opened = payload.kind === "login" ? serveLogin(world, line, {
					key,
					payload
				}) : serveRegistration(world, line, {
					key,
					payload
				});
				if (opened === void 0) return void 0;
				open.set(line, opened);
				return {
					receive: opened.receive,
					closed() {
						open.delete(line);
						opened.closed();
					}
				};
			}
		});
	};
	const ping = () => {
		for (const { dialogue } of open.values()) if (clock.now() - dialogue.heardAt() >= PING_MS) dialogue.ping();
		clock.setTimeout(ping, PING_MS);
	};
	const server = await listen(port, serve);
	const endpoint = {
		url: server.url,
		rootKey: root.public
	};
	clock.setTimeout(ping, PING_MS);
	const set = ({ at, times }, fault) => faults.set(at, fault, times);
	const emulator = {
		endpoint,
		socketConfig() {
			emulator.trust();
			return { waWebSocketUrl: endpoint.url };
		},
		trust: () => trustRoot(endpoint.rootKey),
		addPhone(number, options = {}) {
			const { name = "Phone", platform = "android", passkey = false, hosted = false, multiDevice = true } = options;
			const digits = digitsOf(number);
			if (!/^[1-9]\d{6,14}$/.test(digits)) throw new RangeError("a phone needs a number of 7 to 15 digits, country code first");
			const account = accounts.add({
				digits,
				name,
				platform,
				passkey,
				hosted,
				multiDevice
			});
			const screen = createScreen();
			const inbox = createPhoneInbox({
				account,
				clock,
				post,
				phoneBundle: post.phoneBundle,
				onText: screen.texts.push
			});
			phones.set(account, {
				inbox,
				screen
			});
			return createPhone({
				world,
				account,
				inbox,
				screen
			});
		},
		fail: ({ at, times, ...refusal }) => faults.set(at, {
			kind: "fail",
			...refusal
		}, times),
		reorder: (fault) => set(fault, { kind: "reorder" }),
		hold: (fault) => set(fault, {
			kind: "hold",
			ms: fault.ms
		}),
		disconnect: (fault) => set(fault, { kind: "disconnect" }),
		tamper: (fault) => set(fault, {
			kind: "tamper",
			with: fault.with
		}),
		streamError(code, target) {
			for (const [line, opened] of open) if (target === void 0 || opened.belongsTo(target)) line.end(streamErrorNode(code));
		},
		advance: clock.advance,
		stanzas: record.stanzas,
		connections,
		logins,
		async stop() {
			distrustRoot(endpoint.rootKey);
			for (const line of open.keys()) line.drop();
			clock.stop();
			await server.close();
			for (const { screen } of phones.values()) {
				screen.prompts.stop();
				screen.comparisons.stop();
				screen.texts.stop();
			}
		}
	};
	return emulator;
}
const HANDSHAKE_DEFECTS = {
	signature: "leaf-signature",
	"missing-child": "incomplete"
};
// src/lib/logger.ts
const nothing = () => {};
/** The default: a library does not print unless it is asked to. */
const silentLogger = {
	level: "silent",
	child: () => silentLogger,
	trace: nothing,
	debug: nothing,
	info: nothing,
	warn: nothing,
	error: nothing
};
// src/errors.ts
var ADVICE$1, PaircodeError, RETRYABLE, LinkError, StoreError;
var init_errors = __esmMin((() => {
	ADVICE$1 = {
		"invalid-phone": "Check the number: country code first, then the number, for example +44 20 7946 0123.",
		"invalid-code": "A pairing code has 8 characters of 1-9 and A-Z without I, O and U.",
		"invalid-device": "Choose a device name of 1 to 64 characters that names your bot, not WhatsApp, Meta or a browser.",
		"invalid-session": "Name the session with 1 to 64 small letters, digits, dots, dashes or underscores, a letter or digit first.",
		"invalid-options": "Correct the option that is named, and try again.",
		"session-exists": "This session is linked already. Connect it, or link again with replace.",
		"session-busy": "Another process or task holds this session. Close that one, or wait until it is done.",
		"code-outstanding": "A code for this number is on a screen now. Use that one, or wait until it expires (3 minutes at most).",
		"rate-limited": "Too many codes were asked for this number. Wait as long as it says, then try again.",
		rejected: "WhatsApp refused: the number may not be on WhatsApp, or was asked too often. Check it and wait a few minutes.",
		forbidden: "WhatsApp does not allow this account to link a device. Open WhatsApp on the phone and look for a notice.",
		"not-available": "Linking by code is not available for this account. Link by QR code instead.",
		"passkey-required": "This account asks for a passkey, which only WhatsApp’s own page can confirm. Link another account for now.",
		"verification-failed": "The proof of the account was wrong, so nothing was kept. Try again from a network that you trust.",
		"untrusted-server": "The server could not prove that it is WhatsApp. Check the proxy, the network and this machine’s clock, then try again.",
		"outdated-version": "WhatsApp no longer accepts this client version. Update paircode and baileys, or pass a newer `version`.",
		expired: "Nobody typed the code in time. Start again and keep the phone at hand.",
		cancelled: "The link was cancelled. Start again when you are ready.",
		network: "WhatsApp could not be reached. Check the connection, then try again.",
		"server-error": "WhatsApp had a fault of its own. Try again in a few minutes.",
		"store-error": "The store could not be read or written. Check the disk, its rights and its free space, then try again.",
		"wrong-key": "The store was sealed with another key. Give the key it was made with.",
		"newer-schema": "The store was written by a newer paircode. Update paircode.",
		"not-a-store": "This is not a paircode store. Check the address, or choose a new file.",
		"not-linked": "There is no linked session of this name. Link it first.",
		"lease-lost": "Another process took this session over. Only one may hold it at a time.",
		"broken-folder": "The folder cannot be imported as it is. Mend or leave out the file that is named."
	};
	Object.keys(ADVICE$1);
	PaircodeError = class extends Error {
		code;
		advice;
		constructor(code, message, details = {}) {
			super(message, details.cause === void 0 ? void 0 : { cause: details.cause });
			this.name = new.target.name;
			this.code = code;
			this.advice = details.advice ?? ADVICE$1[code];
		}
	};
	RETRYABLE = /* @__PURE__ */ new Set([
		"session-busy",
		"code-outstanding",
		"rate-limited",
		"expired",
		"cancelled",
		"network",
		"server-error"
	]);
	LinkError = class extends PaircodeError {
		retryable;
		constructor(code, message, details = {}) {
			super(code, message, details);
			this.retryable = details.retryable ?? RETRYABLE.has(code);
			if (details.status !== void 0) this.status = details.status;
			if (details.reason !== void 0) this.reason = details.reason;
			if (details.retryAfterMs !== void 0) this.retryAfterMs = details.retryAfterMs;
		}
	};
	StoreError = class extends PaircodeError {
		constructor(code, message, details = {}) {
			super(code, message, details);
		}
	};
}));
// src/linking/pairing-code.ts
/** No 0, I, O, U: characters that are mistaken for others. */
const CODE_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTVWXYZ";
const BITS_PER_CHARACTER = 5;
/** 5 bytes as eight 5-bit groups, most significant first. */
function codeFromBytes(bytes) {
	let bits = 0n;
	for (const byte of bytes.subarray(0, 5)) bits = bits << 8n | BigInt(byte);
	let code = "";
	for (let at = 7; at >= 0; at -= 1) code += CODE_ALPHABET.charAt(Number(bits >> BigInt(at * BITS_PER_CHARACTER) & 31n));
	return code;
}
/** As it is shown: `ABCD-EFGH`. The dash is for people and enters no computation. */
function displayCode(code) {
	return `${code.slice(0, 4)}-${code.slice(4)}`;
}
// src/linking/code-key.ts
const ROUNDS = 131072;
const KEY_BYTES$3 = 32;
const SALT_BYTES = 32;
/** Runs on libuv's thread pool: 32 ms there, none of them on the event loop (measured). */
function deriveCodeKey(code, salt) {
	return new Promise((resolve, reject) => {
		pbkdf2(code, salt, ROUNDS, KEY_BYTES$3, "sha256", (error, key) => error === null ? resolve(key) : reject(error));
	});
}
/** Draws a code (or takes the given one) and derives its key. Needs nothing but node:crypto, so it can start first. */
async function drawCode(fixedCode, bytes = randomBytes) {
	const code = fixedCode ?? codeFromBytes(bytes(5));
	const salt = bytes(SALT_BYTES);
	return {
		code,
		salt,
		key: await deriveCodeKey(code, salt)
	};
}
/** 80 bytes. `salt` 32, `iv` 16 bytes, fresh for each; `key` is of `deriveCodeKey(code, salt)`. */
function wrapPublicKey(parts) {
	return Buffer.concat([
		parts.salt,
		parts.iv,
		ctr(parts.key, parts.iv, parts.publicKey)
	]);
}
/** The salt that the other side drew: what to derive the key with. */
function saltOf(wrapped) {
	return wrapped.subarray(0, SALT_BYTES);
}
/** The inverse of `wrapPublicKey`. A wrong code cannot be told apart here: it gives a wrong key. */
function unwrapPublicKey(key, wrapped) {
	return ctr(key, wrapped.subarray(SALT_BYTES, 48), wrapped.subarray(48));
}
/** Counter mode is its own inverse. */
function ctr(key, iv, bytes) {
	const cipher = createCipheriv("aes-256-ctr", key, iv);
	return Buffer.concat([cipher.update(bytes), cipher.final()]);
}
// src/linking/device.ts
init_errors();
const COMPANION_PLATFORM_ID = {
	Chrome: "1",
	Edge: "2",
	Firefox: "3",
	Opera: "5",
	Safari: "6"
};
const PLATFORM_TYPE = {
	Chrome: 1,
	Edge: 6,
	Firefox: 2,
	Opera: 4,
	Safari: 5
};
const OPERATING_SYSTEMS = [
	"Windows",
	"Mac OS",
	"Linux"
];
const DEFAULT_NAME = "Paircode";
const MAX_NAME = 64;
/** Anywhere in a name, also with spaces or dots between the letters. */
const IMPOSTOR_SUBSTRINGS = [
	"whatsapp",
	"watsapp",
	"whatsap",
	"facebook",
	"instagram"
];
/** As a word of its own: `Metal Works` is an honest name, `Meta Support` is not. */
const IMPOSTOR_WORDS = [
	"meta",
	"google",
	"chrome",
	"chromium",
	"mozilla",
	"firefox",
	"microsoft",
	"apple",
	"opera",
	"vivaldi"
];
/** Ordinary words too, so only as the whole name, with or without `browser`. */
const IMPOSTOR_NAMES = [
	"edge",
	"safari",
	"brave"
];
/**
* @param platform as `process.platform`; an operating system that WhatsApp does not know becomes Linux
* @throws LinkError invalid-device
*/
function resolveDevice(options, platform) {
	const name = checkedName(options?.name ?? DEFAULT_NAME);
	const browser = options?.browser ?? "Chrome";
	const os = options?.os ?? operatingSystemOf(platform);
	if (!Object.hasOwn(PLATFORM_TYPE, browser)) throw new LinkError("invalid-device", `device.browser must be one of ${Object.keys(PLATFORM_TYPE).join(", ")}`, { advice: "Put your own name into device.name; the browser must be one that WhatsApp knows." });
	if (!OPERATING_SYSTEMS.includes(os)) throw new LinkError("invalid-device", `device.os must be one of ${OPERATING_SYSTEMS.join(", ")}`);
	return {
		name,
		browser,
		os,
		display: `${browser} (${os})`,
		companionPlatformId: COMPANION_PLATFORM_ID[browser],
		platformType: PLATFORM_TYPE[browser]
	};
}
function operatingSystemOf(platform) {
	if (platform === "win32") return "Windows";
	return platform === "darwin" ? "Mac OS" : "Linux";
}
/** Joiners that belong to a script or an emoji; between Latin letters they only hide. */
const JOINERS = /(?<=[^\p{ASCII}\p{Script=Latin}])[\u200c\u200d](?=[^\p{ASCII}\p{Script=Latin}])/gu;
function checkedName(given) {
	if (typeof given !== "string") throw new LinkError("invalid-device", "device.name must be text");
	const name = given.trim();
	if (name.length === 0 || [...name].length > MAX_NAME) throw new LinkError("invalid-device", `device.name must have 1 to ${MAX_NAME} characters`);
	if (/[\p{C}\p{Zl}\p{Zp}]/u.test(name.replace(JOINERS, ""))) throw new LinkError("invalid-device", "device.name must not hold control, invisible or direction-changing characters", { advice: "Choose a name of plain letters, digits, spaces and punctuation." });
	if (posesAsAnother(name)) throw new LinkError("invalid-device", "device.name must not pose as WhatsApp, Meta, Facebook or a browser vendor", { advice: "Name your bot or your company: people decide by this name whether to keep the link." });
	return name;
}
function posesAsAnother(name) {
	const words = skeleton(name).split(/[^a-z]+/).filter((word) => word !== "");
	const joined = words.join("");
	if (IMPOSTOR_SUBSTRINGS.some((impostor) => joined.includes(impostor))) return true;
	if (IMPOSTOR_WORDS.some((impostor) => words.includes(impostor) || joined === impostor)) return true;
	return IMPOSTOR_NAMES.includes(words.filter((word) => word !== "browser" && word !== "web").join(""));
}
const LOOK_ALIKES = {
	а: "a",
	е: "e",
	о: "o",
	р: "p",
	с: "c",
	х: "x",
	у: "y",
	к: "k",
	м: "m",
	т: "t",
	в: "b",
	н: "h",
	ѕ: "s",
	і: "i",
	ѡ: "w",
	ԝ: "w",
	ɡ: "g",
	ɢ: "g",
	ɑ: "a",
	ı: "i",
	ⅼ: "l",
	ӏ: "l",
	ց: "g",
	α: "a",
	μ: "m",
	η: "n",
	υ: "u",
	γ: "y",
	χ: "x",
	σ: "o",
	ο: "o",
	ρ: "p",
	τ: "t",
	ε: "e",
	κ: "k",
	ν: "v",
	ι: "i",
	ω: "w",
	"0": "o",
	"1": "i",
	"3": "e",
	"4": "a",
	"5": "s",
	"7": "t",
	"@": "a",
	$: "s",
	"!": "i",
	"|": "l"
};
function skeleton(name) {
	return [...name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()].map((character) => LOOK_ALIKES[character] ?? character).join("").replaceAll("vv", "w");
}
// src/lib/deferred.ts
function deferred() {
	let resolve = () => {};
	let reject = () => {};
	return {
		promise: new Promise((onValue, onReason) => {
			resolve = onValue;
			reject = onReason;
		}),
		resolve,
		reject
	};
}
// src/wire/endpoint.ts
/** docs/protocol.md section 1: address, and the key that signs every intermediate certificate. */
const WHATSAPP = {
	url: "wss://web.whatsapp.com/ws/chat",
	rootKey: Buffer.from("142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b", "hex")
};
/** Whether this is WhatsApp itself and not an emulator. */
function isWhatsApp(endpoint) {
	return sameKey$1(endpoint.rootKey, WHATSAPP.rootKey);
}
function sameKey$1(one, other) {
	return Buffer.compare(one, other) === 0;
}
// src/wire/ends.ts
init_nodes();
/** Whether a `stream-error` asks for an immediate new connection (after pairing, or on the server's wish). */
function isRestart(end) {
	return end.kind === "stream-error" && end.code === 515;
}
/** The end that a stanza announces; undefined for every other stanza. */
function readEnd(stanza) {
	if (stanza.tag === "failure") return readFailure(stanza);
	if (stanza.tag === "stream:error") return readStreamError(stanza);
	if (stanza.tag === "xmlstreamend") return { kind: "closed" };
}
function readFailure({ attrs }) {
	return {
		kind: "failure",
		...optional("reason", wholeNumber$1(attrs.reason)),
		...optional("code", wholeNumber$1(attrs.code)),
		...optional("expireS", wholeNumber$1(attrs.expire)),
		...optional("text", failureText(attrs))
	};
}
/** Of a locked account the header and its explanation; else the message. URLs and one-time data are left where they are. */
function failureText(attrs) {
	const words = [
		attrs.message,
		attrs.logout_message_header,
		attrs.logout_message_subtext
	].flatMap((part) => harmlessText(part) ?? []);
	return words.length === 0 ? void 0 : words.join(": ");
}
/** Characters. */
const MAX_TEXT$1 = 200;
/**
* Words of the server that may stand in an error or a log: one line, 200 characters at most, long numbers and whatever could
* be a key or an address cut out. Undefined when nothing is left.
*/
function harmlessText(text) {
	if (text === void 0) return void 0;
	const plain = text.slice(0, 800).replace(/[\p{C}\p{Z}\s]+/gu, " ").replace(/\S*(?:@|:\/\/)\S*|[A-Za-z0-9+/=_-]{24,}|\+?\d(?:[ .()-]?\d){4,}/g, "…").trim();
	return plain === "" || plain === "…" ? void 0 : [...plain].slice(0, MAX_TEXT$1).join("");
}
/** First `conflict`, then the code, then the child: Baileys reads the code alone and calls a removed device "replaced". */
function readStreamError(stanza) {
	const conflict = childOf(stanza, "conflict");
	if (conflict?.attrs.type !== void 0) return { kind: conflict.attrs.type === "replaced" ? "replaced" : "removed" };
	if (childOf(stanza, "device_removed") !== void 0) return { kind: "removed" };
	const code = wholeNumber$1(stanza.attrs.code);
	if (code === 409) return { kind: "replaced" };
	return {
		kind: "stream-error",
		...optional("code", code),
		...optional("child", childrenOf(stanza)[0]?.tag),
		...optional("ackId", childOf(stanza, "ack")?.attrs.id)
	};
}
function wholeNumber$1(text) {
	return text !== void 0 && /^\d{1,9}$/.test(text) ? Number(text) : void 0;
}
function optional(name, value) {
	return value === void 0 ? {} : { [name]: value };
}
// src/wire/messages.ts
function encodeClientHello(ephemeral) {
	return encodeMessage([[2, encodeMessage([[1, ephemeral]])]]);
}
function encodeClientFinish(finish) {
	return encodeMessage([[4, encodeMessage([[1, finish.static], [2, finish.payload]])]]);
}
/** Throws a RangeError when a part is missing. */
function decodeServerHello(bytes) {
	const fields = decodeMessage(bytesField(decodeMessage(bytes), 3) ?? /* @__PURE__ */ new Uint8Array(0));
	return {
		ephemeral: required(bytesField(fields, 1), "ephemeral"),
		static: required(bytesField(fields, 2), "static"),
		payload: required(bytesField(fields, 3), "payload")
	};
}
function decodeCertificateChain(bytes) {
	const chain = decodeMessage(bytes);
	return {
		leaf: certificate(bytesField(chain, 1)),
		intermediate: certificate(bytesField(chain, 2))
	};
}
function certificate(bytes) {
	const fields = decodeMessage(bytes ?? /* @__PURE__ */ new Uint8Array(0));
	return {
		details: bytesField(fields, 1),
		signature: bytesField(fields, 2)
	};
}
function decodeCertificateDetails(bytes) {
	const fields = decodeMessage(bytes);
	return {
		serial: numberField(fields, 1) ?? 0,
		issuerSerial: numberField(fields, 2) ?? 0,
		key: bytesField(fields, 3) ?? /* @__PURE__ */ new Uint8Array(0),
		notBefore: numberField(fields, 4) ?? 0,
		notAfter: numberField(fields, 5) ?? 0
	};
}
const WIFI_UNKNOWN = 1;
const USER_ACTIVATED = 1;
const PLATFORM_WEB = 14;
const CHANNEL_RELEASE = 0;
const WEB_BROWSER = 0;
/** The payload of an unlinked companion: no username, no phone id, neither passive nor pull. */
function encodeRegistrationPayload(payload) {
	return encodeMessage([
		[3, false],
		[5, encodeUserAgent(payload.version, payload.country)],
		[6, encodeMessage([[4, WEB_BROWSER]])],
		[12, WIFI_UNKNOWN],
		[13, USER_ACTIVATED],
		[19, encodeMessage([
			[1, payload.registrationId],
			[2, Uint8Array.of(5)],
			[3, payload.identity],
			[4, payload.signedPreKeyId],
			[5, payload.signedPreKey],
			[6, payload.signedPreKeySignature],
			[7, payload.buildHash],
			[8, payload.deviceProps]
		])],
		[33, false]
	]);
}
function encodeUserAgent([primary, secondary, tertiary], country) {
	return encodeMessage([
		[1, PLATFORM_WEB],
		[2, encodeVersion(primary, secondary, tertiary)],
		[3, "000"],
		[4, "000"],
		[5, "0.1"],
		[7, "Desktop"],
		[8, "0.1"],
		[10, CHANNEL_RELEASE],
		[11, "en"],
		[12, country]
	]);
}
function encodeVersion(primary, secondary, tertiary) {
	return encodeMessage([
		[1, primary],
		[2, secondary],
		[3, tertiary]
	]);
}
/** The same history-sync abilities that Baileys declares, since a Baileys socket is what will receive the history. */
function encodeDeviceProps(props) {
	return encodeMessage([
		[1, props.os],
		[2, encodeVersion(10, 15, 7)],
		[3, props.platformType],
		[4, props.requireFullSync],
		[5, encodeMessage([
			[3, 10240],
			[4, true],
			[6, false],
			[7, true],
			[8, true],
			[9, true],
			[10, true],
			[11, true],
			[12, true],
			[14, true],
			[15, false]
		])]
	]);
}
function decodeSignedIdentityHmac(bytes) {
	const fields = decodeMessage(bytes);
	return {
		details: required(bytesField(fields, 1), "details"),
		hmac: required(bytesField(fields, 2), "hmac"),
		accountType: numberField(fields, 3) ?? 0
	};
}
function decodeSignedIdentity(bytes) {
	const fields = decodeMessage(bytes);
	return {
		details: required(bytesField(fields, 1), "details"),
		accountSignatureKey: required(bytesField(fields, 2), "accountSignatureKey", 32),
		accountSignature: required(bytesField(fields, 3), "accountSignature", 64)
	};
}
/** As it goes into `pair-device-sign`: without the account's key, which the phone knows. */
function encodeSignedIdentity(identity) {
	return encodeMessage([
		[1, identity.details],
		[3, identity.accountSignature],
		[4, identity.deviceSignature]
	]);
}
/** Throws a RangeError when the key index is missing. */
function decodeDeviceIdentity(bytes) {
	const fields = decodeMessage(bytes);
	const keyIndex = numberField(fields, 3);
	if (keyIndex === void 0) throw new RangeError("keyIndex is missing");
	return {
		keyIndex,
		deviceType: numberField(fields, 5) ?? 0
	};
}
function required(bytes, name, length) {
	if (bytes === void 0) throw new RangeError(`${name} is missing`);
	if (length !== void 0 && bytes.length !== length) throw new RangeError(`${name} must be ${length} bytes`);
	return bytes;
}
// src/wire/certificate.ts
init_errors();
init_bridge();
/** The first check that fails; undefined when the server has proven itself. */
function findCertificateDefect(check) {
	const parts = readChain(check.chain);
	if (parts === void 0) return "incomplete";
	const { intermediate, leaf } = parts;
	if (!verify(check.rootKey, intermediate.raw, intermediate.signature)) return "intermediate-signature";
	if (intermediate.details.issuerSerial !== 0 || intermediate.details.key.length !== 32) return "intermediate-issuer";
	if (!verify(intermediate.details.key, leaf.raw, leaf.signature)) return "leaf-signature";
	if (leaf.details.issuerSerial !== intermediate.details.serial) return "leaf-issuer";
	if (!sameKey(leaf.details.key, check.staticKey)) return "key-mismatch";
	if (!isCurrent(intermediate.details, check.now) || !isCurrent(leaf.details, check.now)) return "dates";
}
/** @throws LinkError untrusted-server, with the failed check as its reason */
function assertTrusted(check) {
	const reason = findCertificateDefect(check);
	if (reason === void 0) return;
	const advice = reason === "dates" ? "Everything else was right: this machine’s clock may be off. Set it, then try again." : void 0;
	throw new LinkError("untrusted-server", `the server’s certificate chain is not WhatsApp’s (${reason})`, {
		reason,
		...advice === void 0 ? {} : { advice }
	});
}
function readChain(bytes) {
	try {
		const chain = decodeCertificateChain(bytes);
		const leaf = signedDetails(chain.leaf);
		const intermediate = signedDetails(chain.intermediate);
		return leaf === void 0 || intermediate === void 0 ? void 0 : {
			leaf,
			intermediate
		};
	} catch {
		return;
	}
}
function signedDetails({ details, signature }) {
	if (details === void 0 || signature?.length !== 64) return void 0;
	return {
		raw: details,
		signature,
		details: decodeCertificateDetails(details)
	};
}
function sameKey(one, other) {
	return one.length === other.length && timingSafeEqual(one, other);
}
function isCurrent(details, now) {
	return now >= details.notBefore * 1e3 && now <= details.notAfter * 1e3;
}
// src/wire/handshake.ts
init_errors();
init_noise();
function startClientHandshake(options) {
	const { ephemeral, noiseKey } = options;
	const noise = startHandshake(NOISE_HEADER);
	noise.mixHash(ephemeral.public);
	const readServer = (bytes) => {
		const hello = decodeServerHello(bytes);
		noise.mixHash(hello.ephemeral);
		noise.mixKey(agree(ephemeral.private, hello.ephemeral));
		const staticKey = noise.open(hello.static);
		noise.mixKey(agree(ephemeral.private, staticKey));
		return {
			ephemeral: hello.ephemeral,
			staticKey,
			chain: noise.open(hello.payload)
		};
	};
	return {
		hello: encodeClientHello(ephemeral.public),
		finish(serverHello, now) {
			const server = asHandshake(() => readServer(serverHello));
			assertTrusted({
				chain: server.chain,
				staticKey: server.staticKey,
				rootKey: options.rootKey,
				now
			});
			const sealedStatic = noise.seal(noiseKey.public);
			noise.mixKey(agree(noiseKey.private, server.ephemeral));
			const finish = encodeClientFinish({
				static: sealedStatic,
				payload: noise.seal(options.payload)
			});
			const [send, receive] = noise.split();
			return {
				finish,
				send,
				receive
			};
		}
	};
}
function asHandshake(read) {
	try {
		return read();
	} catch (cause) {
		throw new LinkError("network", "what the server sent is not a handshake", { cause });
	}
}
// src/wire/keepalive.ts
init_nodes();
const MIN_INTERVAL_MS = 15e3;
/** No answer within this: the connection is dead. */
const ANSWER_MS$1 = 2e4;
/** Our answer, when a stanza is the server's ping; undefined for every other stanza. */
function answerToPing({ tag, attrs, content }) {
	if (tag !== "iq" || attrs.type !== void 0 && attrs.type !== "get") return void 0;
	if (!(attrs.xmlns === "urn:xmpp:ping" || childOf({
		tag,
		attrs,
		...content && { content }
	}, "ping") !== void 0)) return void 0;
	return node("iq", {
		type: "result",
		to: attrs.from ?? "s.whatsapp.net",
		...attrs.id === void 0 ? {} : { id: attrs.id }
	});
}
function startKeepalive(options) {
	const { clock } = options;
	const unanswered = /* @__PURE__ */ new Set();
	let pings = 0;
	let pingId;
	let lastReceived = clock.now();
	let timer;
	let stopped = false;
	const schedule = () => {
		if (stopped) return;
		timer = clock.setTimeout(tick, MIN_INTERVAL_MS + options.random() * 15e3);
	};
	const tick = () => {
		if (unanswered.size > 0 && clock.now() - lastReceived < ANSWER_MS$1) return schedule();
		pings += 1;
		pingId = `${options.idPrefix}p${pings}`;
		timer = clock.setTimeout(options.onSilence, ANSWER_MS$1);
		options.send(node("iq", {
			id: pingId,
			to: S_WHATSAPP_NET,
			type: "get",
			xmlns: "w:p"
		}));
	};
	schedule();
	return {
		received({ tag, attrs }) {
			lastReceived = clock.now();
			if (tag !== "iq" || attrs.id === void 0) return;
			unanswered.delete(attrs.id);
			if (attrs.id !== pingId) return;
			pingId = void 0;
			clock.clearTimeout(timer);
			schedule();
		},
		sent({ tag, attrs }) {
			if (tag === "iq" && (attrs.type === "get" || attrs.type === "set") && attrs.id !== void 0 && attrs.id !== pingId) unanswered.add(attrs.id);
		},
		stop() {
			stopped = true;
			clock.clearTimeout(timer);
		}
	};
}
// src/wire/connection.ts
init_errors();
init_bridge();
const ORIGIN = "https://web.whatsapp.com";
function openConnection(options) {
	const { clock, logger } = options;
	if (isWhatsApp(options.endpoint)) noteWhatsAppContact();
	const handshake = startClientHandshake({
		ephemeral: generateKeyPair(),
		noiseKey: options.noiseKey,
		rootKey: options.endpoint.rootKey,
		payload: options.payload
	});
	const socket = new WebSocket(options.endpoint.url, {
		origin: ORIGIN,
		perMessageDeflate: false,
		maxPayload: 2 * MAX_FRAME$1,
		...options.agent && { agent: options.agent }
	});
	const frames = createFrameReader();
	let ciphers;
	let keepalive;
	let over = false;
	const openTimer = clock.setTimeout(() => end(unopened(`no handshake within ${options.timeoutMs} ms`)), options.timeoutMs);
	const letGo = () => {
		over = true;
		clock.clearTimeout(openTimer);
		keepalive?.stop();
	};
	/** Politely, so that what was sent before still arrives. ws itself cuts a server that does not answer, after 30 s. */
	const close = () => {
		letGo();
		if (ciphers === void 0) socket.terminate();
		else socket.close();
	};
	const end = (reason) => {
		if (over) return;
		if (reason.kind === "silent") socket.terminate();
		close();
		options.onEnd(reason);
	};
	const send = (stanza, told) => {
		if (over || ciphers === void 0 || socket.readyState !== WebSocket.OPEN) return told?.("unsent");
		keepalive?.sent(stanza);
		socket.send(frame(ciphers.send.seal(encodeNode$1(stanza))), (error) => told?.(error ? "unknown" : "sent"));
	};
	const finishHandshake = (serverHello) => {
		const { finish, send: sending, receive } = handshake.finish(serverHello, clock.now());
		socket.send(frame(finish));
		ciphers = {
			send: sending,
			receive
		};
		clock.clearTimeout(openTimer);
		keepalive = startKeepalive({
			clock,
			random: options.random,
			idPrefix: options.idPrefix,
			send,
			onSilence: () => end({ kind: "silent" })
		});
		options.onOpen();
	};
	const receive = (stanza) => {
		keepalive?.received(stanza);
		const answer = answerToPing(stanza);
		if (answer !== void 0) return send(answer);
		const announced = readEnd(stanza);
		if (announced !== void 0) return end(announced);
		options.onNode(stanza);
	};
	const take = (payload) => {
		if (over) return;
		if (ciphers === void 0) return finishHandshake(payload);
		receive(decodeNode$1(ciphers.receive.open(payload)));
	};
	socket.on("open", () => {
		socket.send(Buffer.concat([introduction(options.routingInfo), frame(handshake.hello)]));
	});
	socket.on("message", (data) => {
		if (over) return;
		try {
			for (const payload of frames.push(asBytes(data))) take(payload);
		} catch (error) {
			logger.debug({ reason: error instanceof Error ? error.message : "unknown" }, "the server sent what cannot be read");
			end(ciphers === void 0 ? brokenHandshake(error) : {
				kind: "closed",
				cause: error
			});
		}
	});
	socket.on("error", (error) => {
		end(ciphers === void 0 ? unopened("WhatsApp could not be reached", error) : {
			kind: "closed",
			cause: error
		});
	});
	socket.on("close", () => {
		end(ciphers === void 0 ? unopened("the server closed before the handshake was done") : { kind: "closed" });
	});
	return {
		send,
		close
	};
}
function unopened(message, cause) {
	return {
		kind: "unopened",
		error: new LinkError("network", message, { cause })
	};
}
function brokenHandshake(error) {
	if (error instanceof LinkError) return {
		kind: "unopened",
		error
	};
	const message = error instanceof FrameTooLong ? error.message : "what the server sent is not a handshake";
	return {
		kind: "unopened",
		error: new LinkError("network", message, { cause: error })
	};
}
function asBytes(data) {
	if (Array.isArray(data)) return Buffer.concat(data);
	return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
// src/store/holder.ts
function thisProcess() {
	return {
		host: hostname(),
		processes: [
			hostname(),
			contents("/proc/sys/kernel/random/boot_id").trim(),
			target("/proc/self/ns/pid")
		].join(" "),
		pid: process.pid,
		startedAt: startOf(process.pid) ?? null
	};
}
function isSame(a, b) {
	return a.processes === b.processes && a.pid === b.pid && a.startedAt === b.startedAt;
}
/** Whether the process still runs, as far as `from` can see: nothing is known of other hosts and containers. */
function lifeOf(holder, from) {
	if (holder.processes !== from.processes) return "unknown";
	const startedAt = startOf(holder.pid);
	if (startedAt === void 0) return exists(holder.pid) ? "alive" : "dead";
	return holder.startedAt === null || holder.startedAt === startedAt ? "alive" : "dead";
}
/** Field 22 of /proc/<pid>/stat (proc(5)); undefined for a process that is not there, or ended and not yet waited for. */
function startOf(pid) {
	const stat = contents(`/proc/${pid}/stat`);
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const state = fields[0];
	if (state === void 0 || state === "" || state === "Z" || state === "X") return void 0;
	const ticks = Number(fields[19]);
	return Number.isSafeInteger(ticks) ? ticks : void 0;
}
/** Signal 0 only asks. EPERM: it runs, as another user. */
function exists(pid) {
	if (contents(`/proc/${pid}/stat`) !== "") return false;
	try {
		process.kill(pid, 0);
		return true;
	} catch (thrown) {
		return thrown.code === "EPERM";
	}
}
function contents(path) {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}
function target(path) {
	try {
		return readlinkSync(path);
	} catch {
		return "";
	}
}
// src/store/leases.ts
init_errors();
const RENEW_MS = 3e3;
const VOID_MS = 1e4;
/** A holder gives up a second before others may take over. */
const LOST_MS = 9e3;
/** How long a holder that may be dead is waited for. */
const WAIT_MS = 15e3;
const LOOK_AGAIN_MS = 1e3;
/** A void record is kept so long before it is swept up: whoever slept for less finds that nobody took it. */
const KEEP_MS = 864e5;
/** Another living holder has it. Callers tell people: `session` → session-busy, `code` → code-outstanding. */
var LeaseHeld = class extends Error {
	kind;
	host;
	pid;
	/** Held in this very process. */
	here;
	constructor(kind, holder, here) {
		super(here ? "held in this process" : `held by process ${holder.pid} on ${holder.host}`);
		this.name = "LeaseHeld";
		this.kind = kind;
		this.host = holder.host;
		this.pid = holder.pid;
		this.here = here;
	}
};
function createLeases(records, clock, self = thisProcess()) {
	const holding = /* @__PURE__ */ new Set();
	let timer;
	let closed = false;
	const arm = () => {
		if (timer !== void 0 || holding.size === 0) return;
		timer = clock.setTimeout(tick, RENEW_MS);
		unref(timer);
	};
	const tick = () => {
		timer = void 0;
		for (const lease of holding) if (lease.renewing) loseIfLate(lease);
		else renew(lease);
		arm();
	};
	const letGo = (lease) => {
		holding.delete(lease);
		if (holding.size > 0 || timer === void 0) return;
		clock.clearTimeout(timer);
		timer = void 0;
	};
	const lose = (lease, message, cause) => {
		letGo(lease);
		lease.lost.abort(new StoreError("lease-lost", message, { cause }));
	};
	const loseIfLate = (lease, cause) => {
		if (holding.has(lease) && clock.now() - lease.renewedAt >= LOST_MS) lose(lease, "the lease could not be renewed in time", cause);
	};
	const renew = async (lease) => {
		lease.renewing = true;
		const startedAt = clock.now();
		try {
			const kept = await records.update("lease", lease.key, readLease, (old, now) => renewed(old, lease.id, now));
			if (!holding.has(lease)) return;
			if (kept) lease.renewedAt = startedAt;
			else lose(lease, "another holder took the lease over");
		} catch (cause) {
			loseIfLate(lease, cause);
		} finally {
			lease.renewing = false;
		}
	};
	const release = async (lease) => {
		letGo(lease);
		await records.update("lease", lease.key, readLease, (old) => ({
			drop: old?.id === lease.id,
			result: void 0
		})).catch(() => {});
	};
	const held = async (id, key, renewedAt) => {
		const lease = {
			id,
			key,
			lost: new AbortController(),
			renewedAt,
			renewing: false
		};
		if (closed) {
			await release(lease);
			throw storeClosed();
		}
		holding.add(lease);
		arm();
		let released;
		return {
			lost: lease.lost.signal,
			release: () => {
				released ??= release(lease);
				return released;
			}
		};
	};
	return {
		async acquire({ kind, key, signal }) {
			const place = `${kind} ${key}`;
			const id = randomUUID();
			const giveUpAt = clock.now() + WAIT_MS;
			let watched;
			for (;;) {
				signal?.throwIfAborted();
				if (closed) throw storeClosed();
				const now = clock.now();
				const other = await records.update("lease", place, readLease, (old, storeNow) => isFree(old, storeNow, watched, now, self) ? {
					put: stored$1({
						id,
						holder: self,
						renewedAt: storeNow
					}),
					result: void 0
				} : { result: old });
				if (other === void 0) return held(id, place, now);
				if (isAlive(other, watched?.record, self) || now >= giveUpAt) throw new LeaseHeld(kind, other.holder, isSame(other.holder, self));
				watched ??= {
					record: other,
					since: now
				};
				await sleep(clock, LOOK_AGAIN_MS, signal);
			}
		},
		async close() {
			closed = true;
			await Promise.all([...holding].map(release));
		}
	};
}
/**
* Nobody has it, its holder died, or it was not renewed for 10 s: by the store's clock, or, should that clock have been
* set back, as watched from here.
*/
function isFree(old, storeNow, watched, now, self) {
	if (old === void 0 || storeNow - old.renewedAt >= VOID_MS || lifeOf(old.holder, self) === "dead") return true;
	return watched !== void 0 && !isChanged(old, watched.record) && now - watched.since >= VOID_MS;
}
function storeClosed() {
	return new StoreError("store-error", "the store is closed");
}
function renewed(old, id, now) {
	if (old?.id !== id) return { result: false };
	return {
		put: stored$1({
			...old,
			renewedAt: now
		}),
		result: true
	};
}
function stored$1(value) {
	return {
		value,
		expiresAt: value.renewedAt + KEEP_MS
	};
}
/** By its process, or because it changed while we looked. */
function isAlive(record, before, self) {
	if (lifeOf(record.holder, self) === "alive") return true;
	return before !== void 0 && isChanged(record, before);
}
function isChanged(record, before) {
	return before.id !== record.id || before.renewedAt !== record.renewedAt;
}
/** Written by this package and sealed, so a wrong shape is damage, not input. */
function readLease(value) {
	const lease = value;
	if (typeof lease.id === "string" && Number.isFinite(lease.renewedAt) && Number.isFinite(lease.holder?.pid)) return lease;
	throw new StoreError("store-error", "the record of a lease is damaged");
}
function sleep(clock, ms, signal) {
	return new Promise((resolve, reject) => {
		const abort = () => {
			clock.clearTimeout(handle);
			reject(signal?.reason);
		};
		const handle = clock.setTimeout(() => {
			signal?.removeEventListener("abort", abort);
			resolve();
		}, ms);
		signal?.addEventListener("abort", abort, { once: true });
	});
}
/** A lease alone does not keep a process running. */
function unref(handle) {
	if (typeof handle === "object" && handle !== null && "unref" in handle && typeof handle.unref === "function") handle.unref();
}
// src/linking/account-hold.ts
init_errors();
function createAccountHold(options) {
	const { store, accountKey, clock } = options;
	let lease;
	let slotId;
	let ended = false;
	/** Calls follow one another: an attempt that ends while it still reserves must not leave a note behind. */
	let last = Promise.resolve();
	const inTurn = (work) => {
		const turn = last.then(work, work);
		last = turn.catch(() => {});
		return turn;
	};
	const drop = async () => {
		const held = lease;
		lease = void 0;
		await held?.release();
	};
	const takeNote = async () => {
		if (lease !== void 0) return;
		const taken = await store.acquire({
			kind: "code",
			key: accountKey
		});
		lease = taken;
		taken.lost.addEventListener("abort", () => {
			if (lease === taken) options.onLost(new LinkError("store-error", "the note of the live code could not be kept", { cause: taken.lost.reason }));
		});
	};
	const reserve = async () => {
		if (ended) return new LinkError("cancelled", "the attempt is over");
		try {
			await takeNote();
			const slot = await store.limits.take(accountKey, clock.now());
			if (slot.allowed) {
				slotId = slot.id;
				return;
			}
			await drop();
			return new LinkError("rate-limited", "too many codes were asked for this number; nothing was sent to WhatsApp", { retryAfterMs: slot.retryAfterMs });
		} catch (cause) {
			await drop();
			if (cause instanceof LeaseHeld) return new LinkError("code-outstanding", "a code for this number is live already", { cause });
			return new LinkError("store-error", "the store could not keep the note of the code", { cause });
		}
	};
	const settle = async (slot, error) => {
		if (slot === "give-back" && slotId !== void 0) await store.limits.giveBack(accountKey, slotId);
		if (slot !== "cool-down") return error;
		const retryAfterMs = await store.limits.coolDown(accountKey, clock.now(), error.retryAfterMs);
		return new LinkError(error.code, error.message, {
			cause: error.cause,
			advice: error.advice,
			retryable: error.retryable,
			retryAfterMs,
			...error.status === void 0 ? {} : { status: error.status }
		});
	};
	return {
		reserve: () => inTurn(reserve),
		release: () => inTurn(drop),
		end(slot, error) {
			ended = true;
			return inTurn(async () => {
				try {
					return await settle(slot, error);
				} finally {
					await drop();
				}
			});
		}
	};
}
// src/linking/pre-keys.ts
init_bridge();
/** Keys made in one turn of the event loop: about 2 ms (measured). */
const KEYS_PER_TURN = 50;
const MAX_READY_SETS = 2;
const ready = [];
let making;
/** Makes a set in the background if none is ready. */
function warmPreKeys() {
	if (ready.length === 0) fill();
}
/** 812 key pairs that nobody else gets. Ready at once if `warmPreKeys` had the time. */
async function takePreKeys() {
	for (;;) {
		const set = ready.shift();
		if (set !== void 0) return set;
		await fill();
	}
}
/** Puts an unused set back: an attempt that failed has shown it to nobody. */
function returnPreKeys(set) {
	if (ready.length < MAX_READY_SETS) ready.push(set);
}
function fill() {
	making ??= makeSet().then((set) => {
		ready.push(set);
		making = void 0;
	});
	return making;
}
async function makeSet() {
	const set = [];
	while (set.length < 812) {
		await new Promise((resolve) => setImmediate(resolve));
		for (let made = 0; made < KEYS_PER_TURN && set.length < 812; made += 1) set.push(generateKeyPair());
	}
	return set;
}
// src/linking/credentials.ts
init_bridge();
function buildCredentials(link) {
	const { identity, account } = link;
	const { jid, lid, platform, businessName } = account;
	const signed = account.identity;
	return {
		noiseKey: asBaileysPair(identity.noiseKey),
		pairingEphemeralKeyPair: asBaileysPair(link.pairingEphemeral),
		signedIdentityKey: asBaileysPair(identity.identityKey),
		signedPreKey: {
			keyPair: asBaileysPair(identity.signedPreKey.keyPair),
			signature: Buffer.from(identity.signedPreKey.signature),
			keyId: identity.signedPreKey.id
		},
		registrationId: identity.registrationId,
		advSecretKey: Buffer.from(link.advSecret).toString("base64"),
		processedHistoryMessages: [],
		nextPreKeyId: 813,
		firstUnuploadedPreKeyId: 1,
		accountSyncCounter: 0,
		accountSettings: { unarchiveChats: false },
		registered: true,
		pairingCode: void 0,
		lastPropHash: void 0,
		routingInfo: link.routingInfo === void 0 ? void 0 : Buffer.from(link.routingInfo),
		additionalData: void 0,
		account: {
			details: Buffer.from(signed.details),
			accountSignatureKey: Buffer.from(signed.accountSignatureKey),
			accountSignature: Buffer.from(signed.accountSignature),
			deviceSignature: Buffer.from(link.deviceSignature)
		},
		me: {
			id: jid,
			...businessName === void 0 ? {} : { name: businessName },
			...lid === void 0 ? {} : { lid }
		},
		signalIdentities: [{
			identifier: {
				name: lid ?? jid,
				deviceId: 0
			},
			identifierKey: Buffer.from(withKeyType(signed.accountSignatureKey))
		}],
		...platform === void 0 ? {} : { platform }
	};
}
function asBaileysPair(pair) {
	return {
		public: Buffer.from(pair.public),
		private: Buffer.from(pair.private)
	};
}
// src/linking/randomness.ts
init_bridge();
const systemRandomness = {
	bytes: (length) => randomBytes(length),
	keyPair: generateKeyPair,
	registrationId: generateRegistrationId$1,
	sign
};
// src/linking/identity.ts
init_bridge();
function createIdentity(randomness = systemRandomness) {
	const { keyPair: draw, registrationId, sign, bytes } = randomness;
	const identityKey = draw();
	const keyPair = draw();
	return {
		noiseKey: draw(),
		identityKey,
		signedPreKey: {
			id: 1,
			keyPair,
			signature: sign(identityKey.private, withKeyType(keyPair.public))
		},
		registrationId: registrationId(),
		advSecret: bytes(32)
	};
}
// src/linking/machine/state.ts
const ALL_TIMERS = [
	"attempt",
	"pair-device",
	"answer",
	"code",
	"confirmation",
	"qr",
	"passkey",
	"passkey-answer",
	"retry",
	"store",
	"restart"
];
function stay(state, ...effects) {
	return {
		state,
		effects
	};
}
/**
* One step after another, the effects in order. A step that ended the attempt is the last. (Not named `then`: a module that
* exports that name is taken for a promise by `import()`.)
*/
function andThen(first, next) {
	if (first.state.over) return first;
	const second = next(first.state);
	return {
		state: second.state,
		effects: [...first.effects, ...second.effects]
	};
}
function emit(event) {
	return {
		type: "emit",
		event
	};
}
function setTimer(name, ms) {
	return {
		type: "set-timer",
		name,
		ms
	};
}
function clearTimers(...names) {
	return names.map((name) => ({
		type: "clear-timer",
		name
	}));
}
function firstState(settings, advSecret) {
	return {
		settings,
		link: "connecting",
		connection: { name: "closed" },
		code: { name: "none" },
		qr: void 0,
		pairing: { name: "none" },
		passkey: { name: "idle" },
		ceremonies: 0,
		advSecret,
		secretTold: false,
		routingInfo: void 0,
		answers: 0,
		codes: 0,
		tries: 1,
		counted: false,
		lastIq: 0,
		endsAt: Number.POSITIVE_INFINITY,
		over: false
	};
}
// src/linking/iq.ts
init_nodes();
/** Whether this is the server's answer to the IQ `id`. */
function answersIq({ tag, attrs }, id) {
	if (id === void 0 || tag !== "iq" || attrs.id !== id) return false;
	return attrs.from === "s.whatsapp.net" && (attrs.type === "result" || attrs.type === "error");
}
function readIqAnswer(stanza) {
	if (stanza.attrs.type !== "error") return { kind: "result" };
	const error = childOf(stanza, "error")?.attrs ?? {};
	return {
		kind: "error",
		error: {
			code: wholeNumber(error.code),
			text: error.text,
			backoffS: wholeNumber(error.backoff)
		}
	};
}
function wholeNumber(text) {
	return text !== void 0 && /^\d{1,9}$/.test(text) ? Number(text) : void 0;
}
// src/wire/passkey-messages.ts
/** `deviceType` is the `DeviceProps.platformType` of the registration, never the companion platform id. */
function encodeCompanionEphemeralIdentity(identity) {
	return encodeMessage([
		[1, identity.publicKey],
		[2, identity.deviceType],
		[3, identity.ref]
	]);
}
/** `identity` is a serialized CompanionEphemeralIdentity: the commitment is over these very bytes. */
function encodeProloguePayload(payload) {
	return encodeMessage([[1, payload.identity], [2, encodeMessage([[1, payload.commitment]])]]);
}
/** Throws a RangeError for what is not a message; lengths are the caller's to check. */
function decodePrimaryEphemeralIdentity(bytes) {
	const fields = decodeMessage(bytes);
	return {
		publicKey: bytesField(fields, 1),
		nonce: bytesField(fields, 2)
	};
}
function encodePairingRequest(request) {
	return encodeMessage([
		[1, request.noisePublicKey],
		[2, request.identityPublicKey],
		[3, request.advSecret]
	]);
}
function encodeEncryptedPairingRequest(request) {
	return encodeMessage([[1, request.encryptedPayload], [2, request.iv]]);
}
// src/linking/passkey/stanzas.ts
init_nodes();
function buildOptionsRequest(id) {
	return iq(id, "get", node("passkey_request_options"));
}
/** A fresh one for each ceremony; neither the QR code's nor the pairing code's. */
function buildRefRequest(id) {
	return iq(id, "get", node("ref"));
}
function buildPrologue(id, parts) {
	const { assertion, payload, proof } = parts;
	return iq(id, "set", node("passkey_prologue", {}, [
		node("credential_id", {}, assertion.credentialId),
		node("webauthn_assertion", {}, Buffer.from(assertion.json, "utf8")),
		node("prologue_payload", {}, payload),
		...proof === void 0 ? [] : [node("pairing_handoff_proof", {}, proof)]
	]));
}
function buildNonce(id, nonce) {
	return iq(id, "set", node("companion_nonce", {}, nonce));
}
function buildPairingRequest(id, sealed) {
	return iq(id, "set", node("encrypted_pairing_request", {}, sealed));
}
/** The options, in the request or in the answer to ours. */
function optionsTextOf(stanza) {
	return textOf(childOf(stanza, "passkey_request_options"));
}
/** Undefined when there is none, or it is empty. */
function refTextOf(stanza) {
	const text = textOf(childOf(stanza, "ref"));
	return text === "" ? void 0 : text;
}
const LENGTH = 32;
/** The phone's half, found by its name; undefined when it is not there, unreadable, or of other lengths. */
function readContinuation(stanza) {
	const bytes = bytesOf$2(childOf(stanza, "primary_ephemeral_identity"));
	if (bytes === void 0) return void 0;
	try {
		const { publicKey, nonce } = decodePrimaryEphemeralIdentity(bytes);
		return publicKey?.length === LENGTH && nonce?.length === LENGTH ? {
			publicKey,
			nonce
		} : void 0;
	} catch {
		return;
	}
}
function iq(id, type, child) {
	return node("iq", {
		to: S_WHATSAPP_NET,
		type,
		id,
		xmlns: "md"
	}, [child]);
}
// src/linking/notifications.ts
init_nodes();
/** Owed for every notification, also unknown and ignored ones: a missing or wrong one ends in a stream error. */
function buildAck({ attrs }) {
	return node("ack", {
		class: "notification",
		...present("id", attrs.id),
		...present("to", attrs.from),
		...present("type", attrs.type),
		...present("participant", attrs.participant),
		...present("recipient", attrs.recipient)
	});
}
const WRAPPED_BYTES = 80;
const KEY_BYTES$2 = 32;
const OTHER = { kind: "other" };
function readNotification(stanza) {
	if (stanza.attrs.type === "link_code_companion_reg") return readLinkCode(childOf(stanza, "link_code_companion_reg"));
	if (stanza.attrs.type === "companion_reg_refresh") return (childOf(stanza, "companion_reg_refresh") ?? childOf(stanza, "pair-device-rotate-qr")) === void 0 ? OTHER : { kind: "refresh-registration" };
	if (stanza.attrs.from !== "s.whatsapp.net") return OTHER;
	if (stanza.attrs.type === "passkey_prologue_request") return {
		kind: "passkey-request",
		options: optionsTextOf(stanza)
	};
	if (stanza.attrs.type === "crsc_continuation") return {
		kind: "passkey-continuation",
		half: readContinuation(stanza)
	};
	return OTHER;
}
function readLinkCode(child) {
	const ref = bytesOf$2(childOf(child, "link_code_pairing_ref"));
	if (child?.attrs.stage === "refresh_code" && ref !== void 0) return {
		kind: "refresh-code",
		ref,
		manual: child.attrs.force_manual_refresh === "true"
	};
	if (child?.attrs.stage !== "primary_hello" || ref === void 0) return OTHER;
	const wrappedEphemeral = bytesOf$2(childOf(child, "link_code_pairing_wrapped_primary_ephemeral_pub"));
	const identity = bytesOf$2(childOf(child, "primary_identity_pub"));
	if (wrappedEphemeral?.length !== WRAPPED_BYTES || identity?.length !== KEY_BYTES$2) return OTHER;
	return {
		kind: "primary-hello",
		hello: {
			ref,
			wrappedEphemeral,
			identity
		}
	};
}
function present(name, value) {
	return value === void 0 ? {} : { [name]: value };
}
// src/linking/pair-device.ts
init_nodes();
/** The refs, in the order in which they are shown; undefined for every other stanza. */
function readPairDevice({ tag, attrs, content }) {
	if (tag !== "iq" || attrs.type !== "set" || attrs.from !== "s.whatsapp.net") return void 0;
	const pairDevice = childOf({
		tag,
		attrs,
		...content && { content }
	}, "pair-device");
	if (pairDevice === void 0) return void 0;
	return childrenOf(pairDevice).flatMap((child) => child.tag === "ref" ? [textOf(child) ?? []].flat() : []);
}
function buildPairDeviceAnswer({ attrs }) {
	return node("iq", {
		to: S_WHATSAPP_NET,
		type: "result",
		...attrs.id === void 0 ? {} : { id: attrs.id }
	});
}
/** ms: the first of six refs lives a minute, every other 20 s; 160 s together. */
const FIRST_REF_MS = 6e4;
const REF_MS = 2e4;
const FULL_LIST = 6;
function refLifetimeMs(index, count) {
	return index === 0 && count === FULL_LIST ? FIRST_REF_MS : REF_MS;
}
/** What a phone scans. Made at the moment it is shown, with the adv secret of that moment. */
function qrText(parts) {
	const keys = [
		parts.noisePublicKey,
		parts.identityPublicKey,
		parts.advSecret
	].map((key) => Buffer.from(key).toString("base64"));
	return `https://wa.me/settings/linked_devices#${[
		parts.ref,
		...keys,
		parts.companionPlatformId
	].join(",")}`;
}
// src/linking/pair-success.ts
init_bridge();
init_nodes();
const HOSTED_PREFIX = Uint8Array.of(6, 5);
const ACCOUNT_PREFIX = Uint8Array.of(6, 0);
/** Also for hosted accounts. */
const DEVICE_PREFIX = Uint8Array.of(6, 1);
const NO_PREFIX = /* @__PURE__ */ new Uint8Array(0);
/** Bytes. */
const MAX_IDENTITY = 500;
/** Undefined for every stanza that is not a `pair-success` from WhatsApp with an id. */
function readPairSuccess(stanza, ours) {
	const success = stanza.tag === "iq" ? childOf(stanza, "pair-success") : void 0;
	const id = stanza.attrs.id;
	if (success === void 0 || stanza.attrs.from !== "s.whatsapp.net" || id === void 0) return void 0;
	try {
		const account = readAccount(success, ours);
		return account === void 0 ? {
			kind: "forged",
			id
		} : {
			kind: "proven",
			id,
			account
		};
	} catch (error) {
		return {
			kind: "malformed",
			id,
			why: error instanceof Error ? error.message : "unreadable"
		};
	}
}
/** Undefined when a proof is wrong. Throws a RangeError when something is missing. */
function readAccount(success, ours) {
	const wrapped = bytesOf$2(childOf(success, "device-identity"));
	const device = childOf(success, "device")?.attrs;
	if (wrapped === void 0 || wrapped.length === 0 || wrapped.length > MAX_IDENTITY) throw new RangeError(`device-identity must have 1 to ${MAX_IDENTITY} bytes`);
	if (device?.jid === void 0 || !/^\d+(:\d+)?@/.test(device.jid)) throw new RangeError("device has no jid");
	const sealed = decodeSignedIdentityHmac(wrapped);
	const hmacPrefix = sealed.accountType === 1 ? HOSTED_PREFIX : NO_PREFIX;
	const hmac = createHmac("sha256", ours.advSecret).update(hmacPrefix).update(sealed.details).digest();
	if (sealed.hmac.length !== hmac.length || !timingSafeEqual(sealed.hmac, hmac)) return void 0;
	const identity = decodeSignedIdentity(sealed.details);
	const inner = decodeDeviceIdentity(identity.details);
	const accountPrefix = inner.deviceType === 1 ? HOSTED_PREFIX : ACCOUNT_PREFIX;
	const signedByAccount = Buffer.concat([
		accountPrefix,
		identity.details,
		ours.identityPublicKey
	]);
	if (!verify(identity.accountSignatureKey, signedByAccount, identity.accountSignature)) return void 0;
	return {
		jid: device.jid,
		lid: device.lid,
		platform: childOf(success, "platform")?.attrs.name,
		businessName: childOf(success, "biz")?.attrs.name,
		keyIndex: inner.keyIndex,
		identity,
		signedByUs: Buffer.concat([
			DEVICE_PREFIX,
			identity.details,
			ours.identityPublicKey,
			identity.accountSignatureKey
		])
	};
}
/** Our last word: the phone adds the device only when it gets this. */
function buildPairDeviceSign(id, account, deviceSignature) {
	const { details, accountSignature } = account.identity;
	const identity = encodeSignedIdentity({
		details,
		accountSignature,
		deviceSignature
	});
	const deviceIdentity = node("device-identity", { "key-index": String(account.keyIndex) }, identity);
	return node("iq", {
		to: S_WHATSAPP_NET,
		type: "result",
		id
	}, [node("pair-device-sign", {}, [deviceIdentity])]);
}
function buildPairRefusal(id, why) {
	return node("iq", {
		type: "error",
		to: S_WHATSAPP_NET,
		id
	}, [node("error", why === "forged" ? {
		code: "401",
		text: "not-authorized"
	} : {
		code: "500",
		text: "internal-error"
	})]);
}
// src/linking/refusals.ts
init_errors();
/** What each refusal says in words. A text that contradicts its code makes the refusal unknown; an absent text does not. */
const TEXTS = {
	400: "bad-request",
	403: "forbidden",
	429: "rate-overlimit",
	452: "feature-not-available",
	500: "internal-server-error"
};
/** The error for a refused code request. `retryable` is true for what the attempt itself tries again. */
function refusalOfHello(error) {
	const { code } = error;
	const known = code !== void 0 && Object.hasOwn(TEXTS, code) && (error.text === void 0 || error.text === TEXTS[code]);
	const details = {
		...code === void 0 ? {} : { status: code },
		...wait(error)
	};
	if (!known) return new LinkError("rejected", `WhatsApp refused with a number that nobody knows (${code ?? "none"}${said(error.text)})`, details);
	if (code === 400) return new LinkError("rejected", "WhatsApp refused the number (400), or it was asked too often", {
		...details,
		retryable: true
	});
	if (code === 403) return new LinkError("forbidden", "WhatsApp does not allow this link (403)", details);
	if (code === 429) return new LinkError("rate-limited", "too many attempts for this number (429)", details);
	if (code === 452) return new LinkError("not-available", "linking by code is not available for this account (452)", details);
	return new LinkError("server-error", "WhatsApp had a fault of its own (500)", details);
}
/** The error for a refused `companion_finish`: 400 or 500 by the book; whatever comes ends the attempt. */
function refusalOfFinish(error) {
	const status = error.code === void 0 ? {} : { status: error.code };
	if (error.code === 500) return new LinkError("server-error", "WhatsApp had a fault of its own while confirming the code (500)", status);
	return new LinkError("rejected", `WhatsApp refused to confirm the code (${error.code ?? "no number"}${said(error.text)})`, status);
}
/** The error for a refused step of the passkey ceremony: whatever it is, the ceremony is over; a new link may try again. */
function refusalOfPasskey(step, error) {
	return new LinkError("rejected", `WhatsApp refused the ${step} of the passkey confirmation (${error.code ?? "no number"}${said(error.text)})`, {
		...error.code === void 0 ? {} : { status: error.code },
		retryable: true,
		advice: "Link again and confirm with the passkey once more."
	});
}
/** WhatsApp's own word beside its number. */
function said(text) {
	const word = harmlessText(text);
	return word === void 0 ? "" : `, ${word}`;
}
/** The error for an end of a connection that had no account yet. `retryable` as above. */
function errorOfEnd(end) {
	switch (end.kind) {
		case "unopened": return end.error;
		case "failure": return errorOfFailure(end);
		case "silent": return new LinkError("network", "WhatsApp stopped answering");
		case "stream-error": return end.code === 429 ? new LinkError("rate-limited", "WhatsApp closed the connection: too fast (429)", { status: 429 }) : new LinkError("network", `WhatsApp closed the connection (${end.code ?? end.child ?? "no reason given"})`);
		case "closed": return new LinkError("network", "the connection to WhatsApp was lost", { cause: end.cause });
		default: return new LinkError("network", "WhatsApp closed the connection");
	}
}
/** On an unlinked connection none of these can concern stored credentials: they refuse the attempt. */
function errorOfFailure({ reason, expireS, text }) {
	const status = reason === void 0 ? {} : { status: reason };
	if (reason === 405) return new LinkError("outdated-version", `WhatsApp no longer accepts this client version (405${said(text)})`, status);
	if (reason === 429) return new LinkError("rate-limited", `WhatsApp refused the connection: too often (429${said(text)})`, status);
	if (reason === 402 || reason === 403 || reason === 406) return new LinkError("forbidden", `WhatsApp does not allow this connection (${reason}${said(text)})`, {
		...status,
		...expireS === void 0 ? {} : { retryAfterMs: expireS * 1e3 }
	});
	if (reason === 500 || reason === 503) return new LinkError("server-error", `WhatsApp had a fault of its own (${reason}${said(text)})`, status);
	return new LinkError("rejected", `WhatsApp refused the connection (${reason ?? "no reason given"}${said(text)})`, status);
}
function wait({ backoffS }) {
	return backoffS === void 0 ? {} : { retryAfterMs: backoffS * 1e3 };
}
// src/linking/companion-hello.ts
init_nodes();
/** One zero byte. Baileys sends the character "0"; whatsmeow, whatsapp-rust and zapo agree on the byte. */
const NONCE = Uint8Array.of(0);
function buildCompanionHello(hello) {
	const child = node("link_code_companion_reg", {
		jid: `${hello.digits}@${S_WHATSAPP_NET}`,
		stage: "companion_hello",
		should_show_push_notification: String(hello.notify)
	}, [
		node("link_code_pairing_wrapped_companion_ephemeral_pub", {}, hello.wrappedEphemeral),
		node("companion_server_auth_key_pub", {}, hello.noisePublicKey),
		node("companion_platform_id", {}, hello.companionPlatformId),
		node("companion_platform_display", {}, hello.display),
		node("link_code_pairing_nonce", {}, NONCE)
	]);
	return node("iq", {
		to: S_WHATSAPP_NET,
		type: "set",
		id: hello.id,
		xmlns: "md"
	}, [child]);
}
function readHelloAnswer(stanza) {
	const answer = readIqAnswer(stanza);
	if (answer.kind === "error") return {
		kind: "refused",
		error: answer.error
	};
	const ref = bytesOf$2(childOf(childOf(stanza, "link_code_companion_reg"), "link_code_pairing_ref"));
	return ref === void 0 || ref.length === 0 ? { kind: "no-ref" } : {
		kind: "accepted",
		ref
	};
}
// src/linking/machine/ending.ts
init_errors();
/** Ends the attempt. Everything of it is forgotten; the slot of a code that nobody saw is given back where that is fair. */
function fail(state, error) {
	return stay({
		...state,
		link: "failed",
		connection: { name: "closed" },
		code: { name: "none" },
		qr: void 0,
		passkey: { name: "idle" },
		over: true
	}, ...clearTimers(...ALL_TIMERS), { type: "close" }, {
		type: "fail",
		error,
		slot: slotFate(state, error)
	});
}
/**
* An attempt that WhatsApp ended with 400 or 429 makes the account wait. Else, before a code was accepted, what WhatsApp
* does not count costs nothing; but a request that is out, or was counted once, is spent, also for who cancels.
*/
function slotFate(state, error) {
	const { name } = state.code;
	if (name === "live") return "keep";
	if (isCounted(error)) return "cool-down";
	if (name === "none" || name === "paused" || state.counted) return "keep";
	const wasGivenUp = error.code === "cancelled" || error.code === "expired";
	return name === "asking" && wasGivenUp ? "keep" : "give-back";
}
/** A number whose text contradicts it is an unknown refusal, and not retryable. */
function isCounted({ code, status, retryable }) {
	return status === 400 && retryable || status === 429 && code === "rate-limited";
}
const TRIED_AGAIN = /* @__PURE__ */ new Set([
	"network",
	"server-error",
	"rejected"
]);
/**
* The next try for the present code (or, without a number, for a connection), after a growing delay, or at once when
* WhatsApp itself wished for a new connection; or the end.
*/
function retryOrFail(state, error, atOnce = false) {
	const { retry } = state.settings;
	if (!TRIED_AGAIN.has(error.code) || !error.retryable || state.tries >= retry.attempts) return fail(state, error);
	const leastMs = atOnce ? 0 : backoffMs(state.tries, retry.delayMs, retry.maxDelayMs);
	const inMs = Math.max(leastMs, error.retryAfterMs ?? 0);
	const attempt = state.tries + 1;
	return stay({
		...state,
		link: "retrying",
		tries: attempt,
		counted: state.counted || isCounted(error),
		code: waitingOf(state)
	}, ...clearTimers("answer", "pair-device"), setTimer("retry", inMs), emit({
		type: "retrying",
		attempt,
		attempts: retry.attempts,
		inMs,
		error
	}));
}
/** A slot that was not granted yet may still come, or be refused, while the next try waits. */
function waitingOf({ code }) {
	if (code.name === "none" || code.name === "paused") return code;
	return {
		name: "waiting",
		reserved: code.name === "preparing" || code.name === "waiting" ? code.reserved : true
	};
}
/** Doubles from `delayMs` to `maxDelayMs`. `tries`: how many were made. */
function backoffMs(tries, delayMs, maxDelayMs) {
	return Math.min(delayMs * 2 ** (tries - 1), maxDelayMs);
}
function expired$1(codes) {
	return new LinkError("expired", codes > 1 ? `none of ${codes} codes was typed in time` : "the code was not typed in time");
}
// src/linking/machine/qr.ts
/** A new list of refs: replaces the one before. Not during a passkey ceremony, whose secret no picture may carry. */
function takeRefs(state, refs, moment) {
	if (!state.settings.qr || refs.length === 0 || state.passkey.name !== "idle") return stay(state);
	return showRef(state, refs, 0, moment);
}
/** The ref on show is spent. `undefined` as the next QR state means that all are. */
function nextRef(state, moment) {
	if (state.qr === void 0) return stay(state);
	const { refs, index } = state.qr;
	if (index + 1 >= refs.length) return stay({
		...state,
		qr: void 0
	});
	return showRef(state, refs, index + 1, moment);
}
function showRef(state, refs, index, { now }) {
	const ms = refLifetimeMs(index, refs.length);
	return andThen(stay({
		...state,
		qr: {
			refs,
			index,
			expiresAt: now + ms
		}
	}, ...clearTimers("qr"), setTimer("qr", ms)), (next) => redraw(next));
}
/**
* The current ref is drawn again, its lifetime runs on: with a new adv secret the picture on show is wrong. Also while a
* `companion_finish` is out: then it carries the secret of that, so that a scan links as well as the code.
*/
function redraw(state, notice) {
	const { qr, settings } = state;
	const ref = qr?.refs[qr.index];
	if (qr === void 0 || ref === void 0) return stay(state);
	const data = qrText({
		ref,
		noisePublicKey: settings.noisePublicKey,
		identityPublicKey: settings.identityKey.public,
		advSecret: state.advSecret,
		companionPlatformId: settings.device.companionPlatformId
	});
	const expiresAt = new Date(qr.expiresAt);
	return stay({
		...state,
		secretTold: true
	}, emit({
		type: "qr",
		data,
		expiresAt,
		...notice === void 0 ? {} : { notice }
	}));
}
/** The refs of this connection are spent, and no code lives on it: a new connection brings new ones. */
function isSpent({ settings, connection, qr, code }) {
	return settings.qr && connection.name === "ready" && qr === void 0 && code.name !== "live" && code.name !== "asking";
}
/** ms at least between connections that serve the QR code alone. */
const QR_PAUSE_MS = 1e3;
/** While the code waits for a person, the QR code goes on beside it; its new connection takes its time. */
function keepQr(state) {
	return state.settings.qr && state.code.name === "paused" && state.connection.name === "closed" ? stay(state, setTimer("retry", Math.max(QR_PAUSE_MS, state.settings.retry.delayMs))) : stay(state);
}
// src/linking/machine/code.ts
init_errors();
/** ms. After this nobody knows whether WhatsApp took the request; the code was not shown, so it may be asked again. */
const ANSWER_MS = 3e4;
/**
* Asks for the next code of this attempt: new keys, a new slot, and a connection if there is none. After the last one the
* attempt ends with `exhausted`.
*/
function beginCode(state, exhausted = expired$1(state.codes)) {
	if (state.codes >= state.settings.maxCodes) return fail(state, exhausted);
	return andThen(stay({
		...state,
		link: "connecting",
		codes: state.codes + 1,
		tries: 1,
		counted: false,
		code: {
			name: "preparing",
			prepared: void 0,
			reserved: false
		}
	}, { type: "prepare-code" }, { type: "reserve" }), connectForCode);
}
/** The next try for the same code number: its slot is kept, its keys are new. */
function retryCode(state) {
	if (state.code.name !== "waiting") return stay(state);
	const { reserved } = state.code;
	return andThen(stay({
		...state,
		link: "connecting",
		code: {
			name: "preparing",
			prepared: void 0,
			reserved
		}
	}, { type: "prepare-code" }), connectForCode);
}
/** Where QR codes stand beside codes, spent ones come back only with a new connection; now none lives on the old one. */
function connectForCode(state) {
	return andThen(isSpent(state) ? dropConnection(state) : stay(state), connectIfClosed);
}
function connectIfClosed(state) {
	if (state.connection.name !== "closed") return stay(state);
	const connect = {
		type: "connect",
		routingInfo: state.routingInfo
	};
	return stay({
		...state,
		link: "connecting",
		connection: { name: "opening" }
	}, emit({ type: "connecting" }), connect);
}
function takePrepared(state, prepared, moment) {
	if (state.code.name !== "preparing") return stay(state);
	return askIfReady({
		...state,
		code: {
			...state.code,
			prepared
		}
	}, moment);
}
function takeReservation(state, moment) {
	if (state.code.name !== "preparing" && state.code.name !== "waiting") return stay(state);
	return askIfReady({
		...state,
		code: {
			...state.code,
			reserved: true
		}
	}, moment);
}
/** Keys, slot and connection come in any order; the last of them sends the request. */
function askIfReady(state, { now }) {
	const { code, settings } = state;
	if (code.name !== "preparing" || code.prepared === void 0 || !code.reserved) return stay(state);
	if (state.connection.name !== "ready" || settings.digits === void 0) return stay(state);
	if (state.passkey.name !== "idle") return stay(state);
	const lastIq = state.lastIq + 1;
	const iqId = `${settings.idPrefix}${lastIq}`;
	const hello = buildCompanionHello({
		id: iqId,
		digits: settings.digits,
		notify: settings.notify,
		wrappedEphemeral: code.prepared.wrappedEphemeral,
		noisePublicKey: settings.noisePublicKey,
		companionPlatformId: settings.device.companionPlatformId,
		display: settings.device.display
	});
	return stay({
		...state,
		lastIq,
		code: {
			name: "asking",
			iqId,
			prepared: code.prepared,
			expiresAt: now + settings.codeTtlMs
		}
	}, {
		type: "send",
		node: hello
	}, setTimer("answer", ANSWER_MS));
}
/** WhatsApp's answer to the request. Only from here on may anyone see the code. */
function takeHelloAnswer(state, stanza, { now }) {
	const { code } = state;
	if (code.name !== "asking") return stay(state);
	const answer = readHelloAnswer(stanza);
	if (answer.kind === "refused") return retryOrFail(state, refusalOfHello(answer.error));
	if (answer.kind === "no-ref") return retryOrFail(state, new LinkError("server-error", "WhatsApp accepted the code but named no reference for it"));
	const { prepared, expiresAt } = code;
	if (expiresAt <= now) return andThen(stay({
		...state,
		code: { name: "paused" }
	}, ...clearTimers("answer")), (late) => beginCode(late));
	return stay({
		...state,
		link: "code",
		code: {
			name: "live",
			prepared,
			ref: answer.ref,
			expiresAt,
			accepted: 0,
			confirming: void 0,
			finishId: void 0
		}
	}, ...clearTimers("answer"), setTimer("code", Math.max(0, expiresAt - now)), emit({
		type: "code",
		code: displayCode(prepared.code),
		expiresAt: new Date(expiresAt),
		number: state.codes
	}));
}
/** Silence: the connection itself is in doubt, so the next try gets a new one. */
function answerTimedOut(state) {
	if (state.code.name !== "asking") return stay(state);
	const error = new LinkError("network", `WhatsApp did not answer the code request within ${ANSWER_MS} ms`);
	return andThen(dropConnection(state), (dropped) => retryOrFail(dropped, error));
}
/** Timers of what lives and dies with a connection, but for the code, whose end is told. */
const CONNECTION_TIMERS = [
	"pair-device",
	"answer",
	"qr",
	"passkey",
	"passkey-answer"
];
function dropConnection(state) {
	return stay({
		...state,
		connection: { name: "closed" },
		qr: void 0,
		passkey: { name: "idle" }
	}, ...clearTimers(...CONNECTION_TIMERS), { type: "close" });
}
/**
* The live code is dead. Forgets it, replaces the adv secret if a phone may have learnt of it, redraws the QR code, and
* only then tells; after that the next code, or the wait for a person.
*/
function codeDied(state, reason, moment, options = {}) {
	const manual = options.manual === true || state.settings.refresh === "manual";
	const told = tellDead(state, reason, moment, manual);
	if (!manual) return andThen(told, (now) => beginCode(now, options.exhausted));
	return andThen(andThen(told, (now) => stay({
		...now,
		link: "connecting"
	}, { type: "release" })), renewSpentQr);
}
/** Beside a code that waits for a person, spent QR codes are renewed by a new connection. */
function renewSpentQr(state) {
	return isSpent(state) ? andThen(dropConnection(state), keepQr) : stay(state);
}
/** Forgotten first, then told. */
function tellDead(state, reason, moment, manual) {
	return andThen(forgetCode(state, moment), (now) => stay(now, emit({
		type: "code-expired",
		reason,
		manual
	})));
}
function forgetCode(state, moment) {
	const touched = state.code.name === "live" && state.code.accepted > 0;
	const cleared = stay({
		...state,
		code: { name: "paused" }
	}, ...clearTimers("code", "confirmation"));
	if (!touched) return cleared;
	return andThen(cleared, (now) => redraw({
		...now,
		advSecret: moment.random,
		secretTold: false
	}));
}
/** The caller gives up the code on show, or asks for the first one after a pause. */
function refresh(state, moment) {
	if (state.code.name === "paused") return beginCode(state);
	if (state.code.name !== "live") return stay(state);
	return andThen(tellDead(state, "refresh", moment, false), (now) => beginCode(now));
}
// src/linking/companion-finish.ts
init_nodes();
function buildCompanionFinish(finish) {
	const child = node("link_code_companion_reg", {
		jid: `${finish.digits}@${S_WHATSAPP_NET}`,
		stage: "companion_finish"
	}, [
		node("link_code_pairing_wrapped_key_bundle", {}, finish.wrappedBundle),
		node("companion_identity_public", {}, finish.identity),
		node("link_code_pairing_ref", {}, finish.ref)
	]);
	return node("iq", {
		to: S_WHATSAPP_NET,
		type: "set",
		id: finish.id,
		xmlns: "md"
	}, [child]);
}
// src/linking/key-agreement.ts
init_noise();
const BUNDLE_INFO = "link_code_pairing_key_bundle_encryption_key";
const SECRET_INFO = "adv_secret";
const NOTHING$1 = /* @__PURE__ */ new Uint8Array(0);
/** Undefined when a public key is of low order (an all-zero shared secret): treated like a wrong code. */
function agreeOnSecret(input) {
	const shared = sharedSecret$1(input.ephemeral.private, input.primaryEphemeral);
	const identityShared = sharedSecret$1(input.identity.private, input.primaryIdentity);
	if (shared === void 0 || identityShared === void 0) return void 0;
	const bundle = Buffer.concat([
		input.identity.public,
		input.primaryIdentity,
		input.random
	]);
	const bundleKey = hkdf$1(shared, input.bundleSalt, BUNDLE_INFO);
	return {
		wrappedBundle: Buffer.concat([
			input.bundleSalt,
			input.nonce,
			aesGcmSeal(bundleKey, input.nonce, bundle, NOTHING$1)
		]),
		advSecret: hkdf$1(Buffer.concat([
			shared,
			identityShared,
			input.random
		]), NOTHING$1, SECRET_INFO)
	};
}
function sharedSecret$1(privateKey, publicKey) {
	try {
		return agree(privateKey, publicKey);
	} catch {
		return;
	}
}
/** An empty salt is 32 zero bytes to HKDF-SHA256. */
function hkdf$1(secret, salt, info) {
	return new Uint8Array(hkdfSync("sha256", secret, salt, info, 32));
}
// src/linking/machine/confirmation.ts
/** ms from each accepted answer to `pair-success`. Silence means that the phone could not open our bundle. */
const CONFIRMATION_MS = 6e4;
/** Answers that one code takes; more are ignored and the timer of the last decides. */
const MAX_ANSWERS = 3;
/** The rules of acceptance, in their order. One that is rejected changes nothing: no timer, no counter, no secret. */
function takePrimaryHello(state, hello, { now }) {
	const { code } = state;
	if (code.name !== "live" || state.pairing.name !== "none" || state.passkey.name !== "idle") return stay(state);
	if (Buffer.compare(hello.ref, code.ref) !== 0) return stay(state);
	if (now > code.expiresAt || code.accepted >= MAX_ANSWERS) return stay(state);
	const answers = state.answers + 1;
	return stay({
		...state,
		link: "confirming",
		answers,
		code: {
			...code,
			accepted: code.accepted + 1,
			confirming: hello
		}
	}, setTimer("confirmation", CONFIRMATION_MS), {
		type: "unwrap",
		answer: answers,
		code: code.prepared.code,
		wrapped: hello.wrappedEphemeral
	}, emit({ type: "confirming" }));
}
/**
* Derive, hold, send: one critical section. The secret is held before the bundle leaves, so that a lost answer cannot
* leave the two sides apart. An answer that a later one has overtaken is dropped.
*/
function takeUnwrapped(state, answer, unwrapped) {
	const { code, settings } = state;
	if (code.name !== "live" || code.confirming === void 0 || answer !== state.answers) return stay(state);
	if (settings.digits === void 0 || state.pairing.name !== "none") return stay(state);
	if (state.passkey.name !== "idle") return stay(state);
	const agreement = agreeOnSecret({
		ephemeral: code.prepared.ephemeral,
		identity: settings.identityKey,
		primaryIdentity: code.confirming.identity,
		...unwrapped
	});
	if (agreement === void 0) return stay(state);
	const lastIq = state.lastIq + 1;
	const finishId = `${settings.idPrefix}${lastIq}`;
	const finish = buildCompanionFinish({
		id: finishId,
		digits: settings.digits,
		wrappedBundle: agreement.wrappedBundle,
		identity: settings.identityKey.public,
		ref: code.ref
	});
	return andThen(stay({
		...state,
		lastIq,
		advSecret: agreement.advSecret,
		secretTold: true,
		code: {
			...code,
			finishId
		}
	}, {
		type: "send",
		node: finish
	}), (now) => redraw(now));
}
/** A refusal ends the attempt with its reason; no answer changes nothing by itself. */
function takeFinishAnswer(state, stanza) {
	const answer = readIqAnswer(stanza);
	return answer.kind === "error" ? fail(state, refusalOfFinish(answer.error)) : stay(state);
}
function confirmationTimedOut(state, moment) {
	if (state.passkey.name !== "idle") return stay(state);
	if (state.code.name !== "live" || state.code.confirming === void 0) return stay(state);
	return codeDied(state, "unanswered", moment);
}
/** The 180 s are over; but what a phone has answered in time is still decided by its own minute. */
function codeTimedOut(state, moment) {
	if (state.code.name !== "live" || state.code.confirming !== void 0) return stay(state);
	if (state.passkey.name !== "idle") return stay(state);
	return codeDied(state, "timeout", moment);
}
// src/linking/machine/pairing.ts
init_errors();
/** ms. A store that takes longer is a fault with a name. */
const STORE_MS = 3e4;
/** ms that WhatsApp gets to close with 515 after our reply; after that the login is tried all the same. */
const RESTART_MS = 1e4;
/** A second copy while one is in work, or after success, is ignored. */
function takePairSuccess(state, success) {
	if (state.pairing.name !== "none") return stay(state);
	if (success.kind === "forged") {
		const error = new LinkError("verification-failed", "the account’s proof was wrong; nothing was stored");
		return refuse(state, success.id, "forged", error);
	}
	if (success.kind === "malformed") return refuse(state, success.id, "failed", new LinkError("server-error", `WhatsApp’s proof is unreadable: ${success.why}`));
	const { id, account } = success;
	return stay({
		...state,
		link: "confirming",
		qr: void 0,
		code: { name: "none" },
		passkey: { name: "idle" },
		pairing: {
			name: "signing",
			id,
			account
		}
	}, ...clearTimers("attempt", "pair-device", "answer", "code", "confirmation", "qr", "passkey", "passkey-answer", "retry"), setTimer("store", STORE_MS), {
		type: "sign",
		message: account.signedByUs
	});
}
function takeSignature(state, signature) {
	const { pairing, advSecret, routingInfo } = state;
	if (pairing.name !== "signing") return stay(state);
	const { account } = pairing;
	return stay({
		...state,
		pairing: {
			...pairing,
			name: "storing",
			signature
		}
	}, {
		type: "store",
		account,
		signature,
		advSecret,
		routingInfo
	});
}
function stored(state) {
	const { pairing } = state;
	if (pairing.name !== "storing") return stay(state);
	const reply = buildPairDeviceSign(pairing.id, pairing.account, pairing.signature);
	return stay({
		...state,
		pairing: {
			name: "replying",
			account: pairing.account
		}
	}, ...clearTimers("store"), setTimer("restart", RESTART_MS), {
		type: "reply",
		node: reply
	});
}
function notStored(state, error) {
	const { pairing } = state;
	if (pairing.name !== "signing" && pairing.name !== "storing") return stay(state);
	return refuse(state, pairing.id, "failed", error);
}
/** The write may still happen after its limit: it is undone as well. */
function storeTimedOut(state) {
	const error = new LinkError("store-error", `the store did not confirm the write within ${STORE_MS} ms`);
	return andThen(stay(state, { type: "withdraw" }), (now) => notStored(now, error));
}
function replySent(state) {
	const { pairing } = state;
	if (pairing.name !== "replying") return stay(state);
	const { jid, lid, platform } = pairing.account;
	return andThen(stay({
		...state,
		link: "paired",
		pairing: { name: "paired" }
	}, { type: "release" }, setTimer("restart", RESTART_MS), emit({
		type: "paired",
		jid,
		...lid === void 0 ? {} : { lid },
		...platform === void 0 ? {} : { platform }
	})), (now) => now.connection.name === "closed" ? finish(now) : stay(now));
}
/** Nobody closed; or nobody even says whether our word left, which the first login tells. */
function restartTimedOut(state) {
	return andThen(replySent(state), (now) => now.pairing.name === "paired" ? finish(now) : stay(now));
}
/** The phone never got our word, so it shows no device: nothing of ours may remain either. */
function replyLost(state) {
	if (state.pairing.name !== "replying") return stay(state);
	const error = new LinkError("network", "the connection was lost before the link was complete; nothing was kept");
	return andThen(stay(state, { type: "withdraw" }), (now) => fail(now, error));
}
/** The connection is gone while an account is being confirmed, or after it was. */
function endedWhilePairing(state, _end) {
	const closed = {
		...state,
		connection: { name: "closed" }
	};
	return state.pairing.name === "paired" ? finish(closed) : stay(closed);
}
/** 515, a plain close, or neither within its limit: all mean that the first login is due. */
function finish(state) {
	return stay({
		...state,
		over: true,
		connection: { name: "closed" }
	}, ...clearTimers(...ALL_TIMERS), { type: "close" }, { type: "finish" });
}
function refuse(state, id, why, error) {
	return andThen(stay(state, {
		type: "send",
		node: buildPairRefusal(id, why)
	}), (now) => fail(now, error));
}
// src/linking/passkey/agreement.ts
init_noise();
const NOTHING = /* @__PURE__ */ new Uint8Array(0);
const HANDOFF_INFO = "shortcake-passkey-handoff-v1";
const REQUEST_INFO = "Pairing Information Encryption Key";
/** The key that a proof is made with, of the adv secret that the phone knows already. */
function handoffKeyOf(advSecret) {
	return hkdf(advSecret, NOTHING, HANDOFF_INFO);
}
/** A serialized ProloguePayload: our key, and a commitment to the nonce that is revealed later. */
function prologuePayload(parts) {
	const identity = encodeCompanionEphemeralIdentity({
		publicKey: parts.ephemeral,
		deviceType: parts.deviceType,
		ref: parts.ref
	});
	return encodeProloguePayload({
		identity,
		commitment: sha256(identity, parts.nonce)
	});
}
/** 32 bytes: says to the phone that we are the companion it scanned, or whose code it took. */
function handoffProof(handoffKey, payload) {
	return createHmac("sha256", handoffKey).update(payload).digest();
}
/** Undefined when the phone's key is of low order (an all-zero shared secret). */
function continueCeremony(parts) {
	const shared = sharedSecret(parts.ephemeral.private, parts.primaryKey);
	if (shared === void 0) return void 0;
	const mask = sha256(parts.nonce, parts.primaryKey);
	const bytes = parts.primaryNonce.subarray(0, 5).map((byte, at) => byte ^ (mask[at] ?? 0));
	const salt = Buffer.from(`Companion Pairing ${parts.deviceType} with ref ${parts.ref}`, "utf8");
	return {
		code: displayCode(codeFromBytes(bytes)),
		key: hkdf(shared, salt, REQUEST_INFO)
	};
}
/** A serialized EncryptedPairingRequest. */
function sealPairingRequest(parts) {
	const { noisePublicKey, identityPublicKey, newSecret } = parts;
	const request = encodePairingRequest({
		noisePublicKey,
		identityPublicKey,
		advSecret: newSecret
	});
	return encodeEncryptedPairingRequest({
		encryptedPayload: aesGcmSeal(parts.key, parts.iv, request, NOTHING),
		iv: parts.iv
	});
}
function sharedSecret(privateKey, publicKey) {
	try {
		return agree(privateKey, publicKey);
	} catch {
		return;
	}
}
/** An empty salt is 32 zero bytes to HKDF-SHA256. */
function hkdf(secret, salt, info) {
	return new Uint8Array(hkdfSync("sha256", secret, salt, info, 32));
}
function sha256(...parts) {
	const hash = createHash("sha256");
	for (const part of parts) hash.update(part);
	return hash.digest();
}
// src/linking/passkey/request.ts
const DEFAULT_TIMEOUT_MS = 6e5;
/** An hour: a person who needs longer starts again. */
const MAX_TIMEOUT_MS = 36e5;
const RP_ID = "whatsapp.com";
const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** Characters. */
const MAX_TEXT = 16384;
function readPasskeyRequest(text) {
	const options = text === void 0 || text.length > MAX_TEXT ? void 0 : parsedObject(text);
	if (options === void 0) return { kind: "absent" };
	const { challenge, rpId, timeout, allowCredentials } = options;
	if (!isBase64url(challenge)) return malformed("challenge");
	if (typeof rpId !== "string" || !(rpId === RP_ID || rpId.endsWith(`.${RP_ID}`))) return malformed("rpId");
	if (timeout !== void 0 && !(typeof timeout === "number" && timeout > 0 && Number.isFinite(timeout))) return malformed("timeout");
	const allowed = allowedIds(allowCredentials);
	if (allowed === void 0) return malformed("allowCredentials");
	return {
		kind: "request",
		request: {
			options,
			challenge,
			allowed,
			timeoutMs: Math.min(Math.ceil(timeout ?? DEFAULT_TIMEOUT_MS), MAX_TIMEOUT_MS)
		}
	};
}
/** Undefined for what is no list of credentials: a bad entry is refused, not dropped. */
function allowedIds(given) {
	if (given === void 0) return [];
	if (!Array.isArray(given)) return void 0;
	const ids = given.map((credential) => isObject$3(credential) ? credential.id : void 0);
	return ids.every(isBase64url) ? ids : void 0;
}
function malformed(member) {
	return {
		kind: "malformed",
		why: `its ${member} is wrong`
	};
}
function parsedObject(text) {
	try {
		const value = JSON.parse(text);
		return isObject$3(value) ? value : void 0;
	} catch {
		return;
	}
}
function isObject$3(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isBase64url(value) {
	return typeof value === "string" && BASE64URL.test(value);
}
// src/linking/machine/passkey-request.ts
init_errors();
/** ms that WhatsApp has for each answer of the ceremony. */
const STEP_MS = 3e4;
/** The notification. After our prologue left, further ones are ignored until that ceremony is over. */
function takePasskeyRequest(state, text, moment) {
	if (state.settings.passkey === "fail") return fail(state, new LinkError("passkey-required", "this account asks for a passkey"));
	const { passkey } = state;
	switch (passkey.name) {
		case "idle": return andThen(standStill(state), (still) => takeOptions(still, handoffOf(state, moment), [], text, moment));
		case "fetching-options":
		case "asked":
		case "fetching-ref": return takeOptions(state, passkey.handoff, passkey.asked, text, moment);
		default: return stay(state);
	}
}
/**
* Neither the end of the refs nor the 180 s of the code may end the connection now, and no picture with a secret that is
* about to be replaced may stay. A code that nobody has seen yet waits for another connection.
*/
function standStill(state) {
	return stay({
		...state,
		qr: void 0,
		...codeAtRest(state)
	}, ...clearTimers("code", "confirmation", "qr", "answer", "retry"));
}
function codeAtRest({ code, counted }) {
	if (code.name === "asking") return {
		code: {
			name: "waiting",
			reserved: true
		},
		counted: true
	};
	return {
		code,
		counted
	};
}
/** Only if the phone can know that secret: else it has nothing to hold a proof against. */
function handoffOf({ advSecret, secretTold }, { now }) {
	return secretTold ? {
		key: handoffKeyOf(advSecret),
		at: now
	} : void 0;
}
function takeOptions(state, handoff, asked, text, moment) {
	const read = readPasskeyRequest(text);
	if (read.kind !== "absent") return handOut(state, handoff, asked, read, moment);
	const lastIq = state.lastIq + 1;
	const id = `${state.settings.idPrefix}${lastIq}`;
	return stay({
		...state,
		lastIq,
		passkey: {
			name: "fetching-options",
			handoff,
			asked: [...asked, {
				id,
				step: "options"
			}]
		}
	}, ...clearTimers("passkey"), setTimer("passkey-answer", STEP_MS), {
		type: "send",
		node: buildOptionsRequest(id)
	});
}
/** The answer to our own question for the options. */
function takeFetchedOptions(state, passkey, stanza, moment) {
	return handOut(state, passkey.handoff, passkey.asked, readPasskeyRequest(optionsTextOf(stanza)), moment);
}
function handOut(state, handoff, asked, read, { now }) {
	if (read.kind !== "request") {
		const why = read.kind === "malformed" ? read.why : "it has no options";
		return fail(state, new LinkError("server-error", `WhatsApp’s request for a passkey cannot be used: ${why}`));
	}
	const { request } = read;
	const ceremony = state.ceremonies + 1;
	const expiresAt = Math.min(now + request.timeoutMs, state.endsAt);
	return stay({
		...state,
		link: "passkey",
		ceremonies: ceremony,
		passkey: {
			name: "asked",
			handoff,
			request,
			asked
		}
	}, ...clearTimers("passkey-answer"), setTimer("passkey", request.timeoutMs), {
		type: "ask-passkey",
		ceremony,
		request,
		expiresAt
	});
}
/** Whether an answer to request number `ceremony` would be taken now. */
function isAwaited({ passkey, ceremonies, over }, ceremony) {
	return !over && passkey.name === "asked" && ceremonies === ceremony;
}
/** Whether what a person says of the two codes would be taken now. */
function isCompared({ passkey, ceremonies, over }, ceremony) {
	return !over && passkey.name === "comparing" && ceremonies === ceremony;
}
function notAnswered() {
	return new LinkError("passkey-required", "nobody confirmed with the passkey of the account in time", {
		retryable: true,
		advice: "Link again, and confirm with the passkey while the request is open."
	});
}
// src/linking/machine/passkey-ceremony.ts
init_errors();
/** ms. A proof under an older secret is left out, and codes are compared instead. */
const HANDOFF_MS = 3e5;
/** ms for the phone's half after our prologue. Our choice: no source names a limit. */
const CONTINUATION_MS = 12e4;
/** A question of the ceremony: its number, the stanza, and the note that it was asked. */
function ask(state, step, build) {
	const lastIq = state.lastIq + 1;
	const id = `${state.settings.idPrefix}${lastIq}`;
	return {
		lastIq,
		iq: {
			id,
			step
		},
		send: {
			type: "send",
			node: build(id)
		}
	};
}
/** The owner has confirmed. The ref of the ceremony is fetched only now: it has a short life. */
function takeAnswer(state, { ceremony, assertion, keys }) {
	const { passkey } = state;
	if (passkey.name !== "asked" || !isAwaited(state, ceremony)) return stay(state);
	const { handoff, asked } = passkey;
	const { lastIq, iq, send } = ask(state, "ref", buildRefRequest);
	return stay({
		...state,
		lastIq,
		passkey: {
			name: "fetching-ref",
			handoff,
			assertion,
			keys,
			asked: [...asked, iq]
		}
	}, setTimer("passkey-answer", STEP_MS), send);
}
/** Any answer to a question of the ceremony; undefined for every other stanza. An error to any of them ends it. */
function takeCeremonyIq(state, stanza, moment) {
	const { passkey } = state;
	if (passkey.name === "idle") return void 0;
	const asked = passkey.asked.find(({ id }) => answersIq(stanza, id));
	if (asked === void 0) return void 0;
	const answer = readIqAnswer(stanza);
	if (answer.kind === "error") return fail(state, refusalOfPasskey(asked.step, answer.error));
	return takeResult(state, passkey, asked, stanza, moment);
}
/** A result counts once, and only for the step that waits for it. */
function takeResult(state, passkey, asked, stanza, moment) {
	if (passkey.asked.at(-1) !== asked) return stay(state);
	if (passkey.name === "fetching-options") return takeFetchedOptions(state, passkey, stanza, moment);
	if (passkey.name === "fetching-ref") return sendPrologue(state, passkey, stanza, moment);
	if (passkey.name === "prologue-sent") return stay(state, ...clearTimers("passkey-answer"));
	if (passkey.name === "revealing") return passkey.proven ? request(state, passkey) : compare(state, passkey);
	return stay(state);
}
/** What the continuation needs is held before the prologue leaves: it may come before the answer to it. */
function sendPrologue(state, passkey, stanza, { now }) {
	const ref = refTextOf(stanza);
	if (ref === void 0) return fail(state, new LinkError("server-error", "WhatsApp named no reference for the passkey confirmation"));
	const { keys, handoff, assertion } = passkey;
	const { platformType } = state.settings.device;
	const payload = prologuePayload({
		ephemeral: keys.ephemeral.public,
		nonce: keys.nonce,
		deviceType: platformType,
		ref
	});
	const proof = isYoung(handoff, now) ? handoffProof(handoff.key, payload) : void 0;
	const { lastIq, iq, send } = ask(state, "prologue", (id) => buildPrologue(id, {
		assertion,
		payload,
		proof
	}));
	const proven = proof !== void 0;
	return stay({
		...state,
		lastIq,
		passkey: {
			name: "prologue-sent",
			keys,
			ref,
			proven,
			asked: [...passkey.asked, iq]
		}
	}, setTimer("passkey", CONTINUATION_MS), setTimer("passkey-answer", STEP_MS), send);
}
function isYoung(handoff, now) {
	return handoff !== void 0 && now - handoff.at < HANDOFF_MS;
}
/** The phone's half, once. Our nonce leaves only now: that is what the commitment is for. */
function takeContinuation(state, half) {
	const { passkey } = state;
	if (passkey.name !== "prologue-sent") return stay(state);
	const { keys, ref, proven } = passkey;
	const { platformType } = state.settings.device;
	const continued = half && continueCeremony({
		ephemeral: keys.ephemeral,
		nonce: keys.nonce,
		deviceType: platformType,
		ref,
		primaryKey: half.publicKey,
		primaryNonce: half.nonce
	});
	if (continued === void 0) return fail(state, new LinkError("verification-failed", "the phone’s half of the passkey confirmation was wrong"));
	const { lastIq, iq, send } = ask(state, "nonce", (id) => buildNonce(id, keys.nonce));
	return stay({
		...state,
		lastIq,
		passkey: {
			name: "revealing",
			keys,
			proven,
			...continued,
			asked: [...passkey.asked, iq]
		}
	}, ...clearTimers("passkey"), setTimer("passkey-answer", STEP_MS), send);
}
/** The phone cannot know who we are, so a person looks at both screens. */
function compare(state, { keys, key, code, asked }) {
	return stay({
		...state,
		link: "verify",
		passkey: {
			name: "comparing",
			keys,
			key,
			asked
		}
	}, ...clearTimers("passkey-answer"), {
		type: "ask-comparison",
		ceremony: state.ceremonies,
		code
	});
}
function takeComparison(state, ceremony, equal) {
	const { passkey } = state;
	if (passkey.name !== "comparing" || !isCompared(state, ceremony)) return stay(state);
	if (equal) return request(state, passkey);
	return fail(state, new LinkError("verification-failed", "the codes on the two screens differ: somebody stands between", { advice: "Nothing was linked. Try again from a network that you trust." }));
}
/** The new secret is in force before it leaves: `pair-success` may overtake the answer. */
function request(state, { keys, key, asked }) {
	const { settings } = state;
	const sealed = sealPairingRequest({
		key,
		iv: keys.iv,
		noisePublicKey: settings.noisePublicKey,
		identityPublicKey: settings.identityKey.public,
		newSecret: keys.newSecret
	});
	const { lastIq, iq, send } = ask(state, "pairing request", (id) => buildPairingRequest(id, sealed));
	return stay({
		...state,
		lastIq,
		link: "confirming",
		advSecret: keys.newSecret,
		secretTold: true,
		passkey: {
			name: "requested",
			asked: [...asked, iq]
		}
	}, ...clearTimers("passkey", "passkey-answer"), setTimer("passkey", CONFIRMATION_MS), send);
}
/** The owner did not answer, the phone did not, or WhatsApp did not confirm: each with its limit. */
function passkeyTimedOut(state) {
	switch (state.passkey.name) {
		case "asked":
		case "fetching-ref": return fail(state, notAnswered());
		case "prologue-sent": return fail(state, expired(`the phone did not go on within ${CONTINUATION_MS} ms of the passkey`));
		case "requested": return fail(state, expired(`WhatsApp did not confirm the link within ${CONFIRMATION_MS} ms of the passkey`));
		default: return stay(state);
	}
}
function expired(message) {
	return new LinkError("expired", message, { advice: "Link again and keep the phone at hand." });
}
// src/linking/machine/step.ts
init_errors();
init_nodes();
function step(state, input, moment) {
	if (state.over) return stay(state);
	switch (input.type) {
		case "start": return start(state, moment);
		case "connected": return connected$1(state);
		case "node": return takeNode(state, input.node, moment);
		case "ended": return takeEnd(state, input.end, moment);
		case "timer": return takeTimer(state, input.name, moment);
		case "code-prepared": return takePrepared(state, input.prepared, moment);
		case "reserved": return takeReservation(state, moment);
		case "not-reserved": return notReserved(state, input.error);
		case "unwrapped": return takeUnwrapped(state, input.answer, input.unwrapped);
		case "passkey-answered": return takeAnswer(state, input);
		case "codes-compared": return takeComparison(state, input.ceremony, input.equal);
		case "signed": return takeSignature(state, input.signature);
		case "stored": return stored(state);
		case "not-stored": return notStored(state, input.error);
		case "reply-sent": return replySent(state);
		case "reply-lost": return replyLost(state);
		case "refresh": return state.pairing.name === "none" ? takeRefresh(state, moment) : stay(state);
		case "cancel": return isPastReturn(state) ? stay(state) : fail(state, input.error);
	}
}
/** Once the write has begun, the account is confirmed and the link is finished, not cancelled. */
function isPastReturn({ pairing }) {
	return pairing.name !== "none";
}
function connected$1(state) {
	if (state.connection.name !== "opening") return stay(state);
	return stay({
		...state,
		connection: { name: "open" }
	}, setTimer("pair-device", state.settings.connectTimeoutMs));
}
/** Nothing was asked of WhatsApp, and no slot was taken. */
function notReserved(state, error) {
	if (state.code.name !== "preparing" && state.code.name !== "waiting") return stay(state);
	return fail({
		...state,
		code: { name: "paused" }
	}, error);
}
function start(state, { now }) {
	const { timeoutMs } = state.settings;
	return andThen(stay({
		...state,
		endsAt: now + timeoutMs
	}, setTimer("attempt", timeoutMs)), state.settings.digits === void 0 ? beginQrRound : (now) => beginCode(now));
}
/** Without a number, a round is one connection and its refs. */
function beginQrRound(state) {
	if (state.codes >= state.settings.maxCodes) return fail(state, expired$1(state.codes));
	return connectIfClosed({
		...state,
		link: "connecting",
		codes: state.codes + 1
	});
}
function takeRefresh(state, moment) {
	if (state.passkey.name !== "idle") return leaveCeremony(state, moment);
	if (state.settings.digits !== void 0) return refresh(state, moment);
	if (state.connection.name === "opening" || state.connection.name === "open") return stay(state);
	return andThen(dropConnection(state), beginQrRound);
}
/**
* The caller starts over instead of confirming. The ceremony dies with its connection; once the new secret is out, the phone
* may be linking already, and a minute tells.
*/
function leaveCeremony(state, moment) {
	const { passkey, code } = state;
	if (passkey.name === "requested" || code.name === "preparing" || code.name === "waiting") return stay(state);
	return andThen(dropConnection(state), (dropped) => state.settings.digits === void 0 ? beginQrRound(dropped) : refresh(dropped, moment));
}
function takeNode(state, stanza, moment) {
	if (stanza.tag === "notification") return takeNotification(state, stanza, moment);
	if (stanza.tag === "ib") return takeInfo(state, stanza);
	if (stanza.tag !== "iq") return stay(state);
	const refs = readPairDevice(stanza);
	if (refs !== void 0) return takePairDevice(state, stanza, refs, moment);
	if (state.code.name === "asking" && answersIq(stanza, state.code.iqId)) return takeHelloAnswer(state, stanza, moment);
	if (state.code.name === "live" && answersIq(stanza, state.code.finishId)) return takeFinishAnswer(state, stanza);
	if (state.pairing.name !== "none") return stay(state);
	const inCeremony = takeCeremonyIq(state, stanza, moment);
	if (inCeremony !== void 0) return inCeremony;
	const { advSecret, settings } = state;
	const success = readPairSuccess(stanza, {
		advSecret,
		identityPublicKey: settings.identityKey.public
	});
	return success === void 0 ? stay(state) : takePairSuccess(state, success);
}
/** From here on, and not before, WhatsApp takes code requests on this connection. */
function takePairDevice(state, stanza, refs, moment) {
	const answered = stay({
		...state,
		connection: { name: "ready" },
		link: state.settings.digits === void 0 ? "code" : state.link
	}, {
		type: "send",
		node: buildPairDeviceAnswer(stanza)
	}, ...clearTimers("pair-device"));
	if (state.pairing.name !== "none") return answered;
	return andThen(andThen(answered, (ready) => takeRefs(ready, refs, moment)), (shown) => askIfReady(shown, moment));
}
/** Bytes: the connection sends it before its header, with a length of three bytes; what is known has less than 20. */
const MAX_ROUTING_INFO = 4096;
/**
* The address of the edge that knows us: the next connection starts with it. And the word that the phone which scanned is too
* old: the picture stays good, so it is drawn again with that notice.
*/
function takeInfo(state, stanza) {
	const given = bytesOf$2(childOf(childOf(stanza, "edge_routing"), "routing_info"));
	const routed = given !== void 0 && given.length > 0 && given.length <= MAX_ROUTING_INFO ? {
		...state,
		routingInfo: given
	} : state;
	return childOf(stanza, "downgrade_webclient") === void 0 ? stay(routed) : redraw(routed, "no-multi-device");
}
/** Ack, then decide. */
function takeNotification(state, stanza, moment) {
	const acked = stay(state, {
		type: "send",
		node: buildAck(stanza)
	});
	if (state.pairing.name !== "none") return acked;
	const notification = readNotification(stanza);
	return andThen(acked, (now) => {
		switch (notification.kind) {
			case "primary-hello": return takePrimaryHello(now, notification.hello, moment);
			case "refresh-code": return takeRefreshCode(now, notification, moment);
			case "refresh-registration": return takeRefreshRegistration(now, moment);
			case "passkey-request": return takePasskeyRequest(now, notification.options, moment);
			case "passkey-continuation": return takeContinuation(now, notification.half);
			case "other": return stay(now);
		}
	});
}
/** The code is dead at once, also while the phone's answer is being checked; not once a passkey took the code's place. */
function takeRefreshCode(state, { ref, manual }, moment) {
	if (state.code.name !== "live" || Buffer.compare(ref, state.code.ref) !== 0) return stay(state);
	if (state.passkey.name !== "idle") return stay(state);
	return codeDied(state, "refresh", moment, { manual });
}
/**
* A new adv secret and a new picture. But a `companion_finish` that is out has made its own secret, which must stay, and so has
* a passkey ceremony that committed itself.
*/
function takeRefreshRegistration(state, moment) {
	if (state.code.name === "live" && state.code.finishId !== void 0) return stay(state);
	if (isCommitted(state)) return stay(state);
	return redraw({
		...state,
		advSecret: moment.random,
		secretTold: false
	}, "scan-again");
}
function isCommitted({ passkey }) {
	return [
		"prologue-sent",
		"revealing",
		"comparing",
		"requested"
	].includes(passkey.name);
}
/** The connection is gone, and with it whatever code was live on it and whatever ceremony was on. */
function takeEnd(state, end, moment) {
	if (state.pairing.name !== "none") return endedWhilePairing(state, end);
	return andThen(stay({
		...state,
		connection: { name: "closed" },
		qr: void 0,
		passkey: { name: "idle" }
	}, ...clearTimers(...CONNECTION_TIMERS)), (now) => goOn(now, {
		before: state,
		error: errorOfEnd(end),
		atOnce: isRestart(end)
	}, moment));
}
function goOn(state, { before, error, atOnce }, moment) {
	const { code } = state;
	if (!error.retryable) return fail(state, error);
	if (code.name === "live" && error.code === "rate-limited") return andThen(tellDead(state, "disconnected", moment, false), (dead) => fail(dead, error));
	if (code.name === "live") return andThen(codeDied(state, "disconnected", moment, { exhausted: error }), keepQr);
	if (code.name === "waiting" && before.passkey.name === "idle") return stay(state);
	if (code.name === "paused") return keepQr(state);
	const qrWasShown = before.qr !== void 0 || before.connection.name === "ready";
	if (state.settings.digits === void 0 && qrWasShown) return beginQrRound({
		...state,
		tries: 1
	});
	return retryOrFail(state, error, atOnce);
}
function takeTimer(state, name, moment) {
	switch (name) {
		case "attempt": return isPastReturn(state) ? stay(state) : fail(state, attemptTimedOut(state));
		case "pair-device": return pairDeviceTimedOut(state);
		case "answer": return answerTimedOut(state);
		case "code": return codeTimedOut(state, moment);
		case "confirmation": return confirmationTimedOut(state, moment);
		case "qr": return qrTimedOut(state, moment);
		case "passkey": return passkeyTimedOut(state);
		case "passkey-answer": return passkeyStepTimedOut(state, moment);
		case "retry": return state.code.name === "waiting" ? retryCode(state) : connectIfClosed(state);
		case "store": return storeTimedOut(state);
		case "restart": return restartTimedOut(state);
	}
}
function attemptTimedOut({ settings, passkey }) {
	if (passkey.name === "asked") return notAnswered();
	return new LinkError("expired", `nothing was linked within ${settings.timeoutMs} ms`);
}
function pairDeviceTimedOut(state) {
	if (state.connection.name !== "open") return stay(state);
	const error = new LinkError("network", `WhatsApp did not get ready within ${state.settings.connectTimeoutMs} ms`);
	return andThen(dropConnection(state), (dropped) => retryOrFail(dropped, error));
}
/** Silence in the middle of a ceremony: the connection itself is in doubt, and the ceremony dies with it. */
function passkeyStepTimedOut(state, moment) {
	if (state.passkey.name === "idle") return stay(state);
	const error = new LinkError("network", `WhatsApp did not answer the passkey confirmation within ${STEP_MS} ms`);
	return andThen(dropConnection(state), (dropped) => goOn(dropped, {
		before: state,
		error,
		atOnce: false
	}, moment));
}
/** Refs that ran out never close a connection that a code lives on; without a number, the next round begins. */
function qrTimedOut(state, moment) {
	if (state.passkey.name !== "idle") return stay(state);
	return andThen(nextRef(state, moment), (next) => {
		if (next.qr !== void 0) return stay(next);
		if (next.settings.digits !== void 0) return next.code.name === "paused" ? renewSpentQr(next) : stay(next);
		if (next.settings.refresh === "manual") return dropConnection({
			...next,
			link: "connecting"
		});
		return andThen(dropConnection(next), beginQrRound);
	});
}
// src/linking/passkey/assertion.ts
init_errors();
/**
* @param given what `PublicKeyCredential.toJSON()` gives: `{id, rawId, type, response: {clientDataJSON, authenticatorData,
* signature, userHandle}}`, binary members base64url without padding; further members are dropped
* @throws LinkError invalid-options, which names what is wrong; never the answer itself
*/
function checkedAssertion(given, request) {
	if (!isObject$3(given)) throw unfit("it must be an object, as PublicKeyCredential.toJSON() gives it");
	const { id, rawId, type, response } = given;
	if (type !== "public-key") throw unfit("its type must be \"public-key\"");
	if (!isBase64url(rawId) || id !== rawId) throw unfit("its id and rawId must be the same, in base64url without padding");
	if (!isObject$3(response)) throw unfit("it has no response");
	const { clientDataJSON, authenticatorData, signature, userHandle = null } = response;
	if (!isBase64url(clientDataJSON) || !isBase64url(authenticatorData) || !isBase64url(signature)) throw unfit("clientDataJSON, authenticatorData and signature must be base64url without padding");
	if (userHandle !== null && !isBase64url(userHandle)) throw unfit("userHandle must be base64url or null");
	checkClientData(clientDataJSON, request);
	if (request.allowed.length > 0 && !request.allowed.includes(rawId)) throw unfit("WhatsApp asked for another passkey of this account");
	return {
		credentialId: Uint8Array.from(Buffer.from(rawId, "base64url")),
		json: JSON.stringify({
			id,
			rawId,
			type,
			response: {
				clientDataJSON,
				authenticatorData,
				signature,
				userHandle
			}
		})
	};
}
function checkClientData(encoded, { challenge }) {
	let clientData;
	try {
		clientData = JSON.parse(Buffer.from(encoded, "base64url").toString("utf8"));
	} catch {
		throw unfit("its clientDataJSON is not JSON");
	}
	if (!isObject$3(clientData) || clientData.type !== "webauthn.get") throw unfit("it was not made by a passkey login");
	if (clientData.challenge !== challenge) throw unfit("it answers another challenge");
}
function unfit(why) {
	return new LinkError("invalid-options", `the passkey's answer does not fit: ${why}`, { advice: "Ask the account’s owner to confirm again with the options of the newest \"passkey\" event." });
}
// src/linking/passkey/events.ts
init_errors();
function passkeyEvent(effect, table) {
	const { ceremony, request } = effect;
	const { randomness } = table;
	return {
		type: "passkey",
		options: structuredClone(request.options),
		expiresAt: new Date(effect.expiresAt),
		async respond(given) {
			if (!isAwaited(table.state(), ceremony)) throw over("this request for a passkey is over, or was answered already");
			const assertion = checkedAssertion(given, request);
			const keys = {
				ephemeral: randomness.keyPair(),
				nonce: randomness.bytes(32),
				newSecret: randomness.bytes(32),
				iv: randomness.bytes(12)
			};
			table.feed({
				type: "passkey-answered",
				ceremony,
				assertion,
				keys
			});
		}
	};
}
function comparisonEvent({ ceremony, code }, table) {
	return {
		type: "verify",
		code,
		async confirm(equal = true) {
			if (!isCompared(table.state(), ceremony)) throw over("these codes are not to be compared any more");
			table.feed({
				type: "codes-compared",
				ceremony,
				equal: equal !== false
			});
		}
	};
}
function over(message) {
	return new LinkError("passkey-required", message, {
		retryable: true,
		advice: "Answer the newest \"passkey\" event, or link again."
	});
}
// src/linking/registration.ts
function buildRegistrationPayload({ identity, device, version, country, fullHistory }) {
	return encodeRegistrationPayload({
		version,
		country,
		registrationId: bigEndian(identity.registrationId, 4),
		identity: identity.identityKey.public,
		signedPreKeyId: bigEndian(identity.signedPreKey.id, 3),
		signedPreKey: identity.signedPreKey.keyPair.public,
		signedPreKeySignature: identity.signedPreKey.signature,
		buildHash: createHash("md5").update(version.join(".")).digest(),
		deviceProps: encodeDeviceProps({
			os: device.name,
			platformType: device.platformType,
			requireFullSync: fullHistory
		})
	});
}
function bigEndian(value, length) {
	const bytes = Buffer.alloc(length);
	bytes.writeUIntBE(value, 0, length);
	return bytes;
}
// src/linking/link.ts
init_errors();
function startAttempt(options) {
	const { clock, store, session, logger, randomness = systemRandomness } = options;
	const identity = createIdentity(randomness);
	const idPrefix = `${shortNumber(randomness)}.${shortNumber(randomness)}-`;
	const settings = {
		digits: options.phone?.digits,
		device: options.device,
		noisePublicKey: identity.noiseKey.public,
		identityKey: identity.identityKey,
		notify: options.notify,
		qr: options.qr,
		refresh: options.refresh,
		passkey: options.passkey,
		maxCodes: options.maxCodes,
		codeTtlMs: options.codeTtlMs,
		timeoutMs: options.timeoutMs,
		connectTimeoutMs: options.connectTimeoutMs,
		retry: options.retry,
		idPrefix
	};
	const payload = buildRegistrationPayload({
		identity,
		device: options.device,
		version: options.version,
		country: options.country,
		fullHistory: options.fullHistory
	});
	options.onBegin?.(settings, identity.advSecret);
	let state = firstState(settings, identity.advSecret);
	let connection;
	let pairingEphemeral;
	let { firstCode } = options;
	const timers = /* @__PURE__ */ new Map();
	const inputs = [];
	let stepping = false;
	const { promise: ended, resolve, reject } = deferred();
	const hold = options.phone === void 0 ? void 0 : createAccountHold({
		store,
		accountKey: options.phone.accountKey,
		clock,
		onLost: (error) => feed({
			type: "cancel",
			error
		})
	});
	/** Inputs that an effect causes at once wait for the effects before them. */
	const feed = (input) => {
		inputs.push(input);
		if (stepping) return;
		stepping = true;
		try {
			for (let next = inputs.shift(); next !== void 0; next = inputs.shift()) {
				const moment = {
					now: clock.now(),
					random: randomness.bytes(32)
				};
				const result = step(state, next, moment);
				state = result.state;
				options.onStep?.(next, moment, result.effects);
				for (const effect of result.effects) perform(effect);
			}
		} finally {
			stepping = false;
		}
	};
	const perform = (effect) => {
		switch (effect.type) {
			case "connect":
				connection = connect(effect.routingInfo);
				return;
			case "close":
				connection?.close();
				connection = void 0;
				return;
			case "send":
				connection?.send(effect.node);
				return;
			case "reply":
				if (connection === void 0) return feed({ type: "reply-lost" });
				connection.send(effect.node, (fate) => feed({ type: fate === "unsent" ? "reply-lost" : "reply-sent" }));
				return;
			case "set-timer":
				clearTimer(effect.name);
				timers.set(effect.name, clock.setTimeout(() => feed({
					type: "timer",
					name: effect.name
				}), effect.ms));
				return;
			case "clear-timer":
				clearTimer(effect.name);
				return;
			case "prepare-code": return attend(prepareCode());
			case "reserve": return attend(reserve());
			case "release": return attend(hold?.release());
			case "unwrap": return attend(unwrap(effect));
			case "sign": return feed({
				type: "signed",
				signature: randomness.sign(identity.identityKey.private, effect.message)
			});
			case "ask-passkey": return options.onEvent(passkeyEvent(effect, table));
			case "ask-comparison": return options.onEvent(comparisonEvent(effect, table));
			case "store": return attend(save(effect));
			case "withdraw": return attend(store.withdraw(session));
			case "emit":
				if (effect.event.type === "code" || effect.event.type === "qr") warmPreKeys();
				return options.onEvent(effect.event);
			case "finish": return attend(settle());
			case "fail": return attend(settleFailed(effect));
		}
	};
	const table = {
		state: () => state,
		feed: (input) => feed(input),
		randomness
	};
	const clearTimer = (name) => {
		const handle = timers.get(name);
		if (handle === void 0) return;
		clock.clearTimeout(handle);
		timers.delete(name);
	};
	/** An effect that fails in a way that nobody foresaw ends the attempt with its cause instead of vanishing. */
	const attend = (work) => {
		work?.catch((cause) => {
			logger.error({ code: "unexpected" }, "an effect of the link failed");
			feed({
				type: "cancel",
				error: asLinkError(cause)
			});
		});
	};
	const connect = (routingInfo) => openConnection({
		endpoint: options.endpoint,
		noiseKey: identity.noiseKey,
		payload,
		clock,
		random: Math.random,
		idPrefix,
		timeoutMs: options.connectTimeoutMs,
		logger,
		...options.agent && { agent: options.agent },
		...routingInfo && { routingInfo },
		onOpen: () => feed({ type: "connected" }),
		onNode: (node) => feed({
			type: "node",
			node
		}),
		onEnd: (end) => {
			connection = void 0;
			logger.debug(endForLog(end), "the connection ended");
			feed({
				type: "ended",
				end
			});
		}
	});
	const prepareCode = async () => {
		const begun = firstCode;
		firstCode = void 0;
		const { code, salt, key } = await (begun ?? drawCode(options.fixedCode, randomness.bytes));
		const ephemeral = randomness.keyPair();
		pairingEphemeral = ephemeral;
		const wrappedEphemeral = wrapPublicKey({
			key,
			salt,
			iv: randomness.bytes(16),
			publicKey: ephemeral.public
		});
		feed({
			type: "code-prepared",
			prepared: {
				code,
				ephemeral,
				wrappedEphemeral
			}
		});
	};
	const reserve = async () => {
		const refusal = await hold?.reserve();
		feed(refusal === void 0 ? { type: "reserved" } : {
			type: "not-reserved",
			error: refusal
		});
	};
	const unwrap = async (effect) => {
		warmPreKeys();
		const unwrapped = {
			primaryEphemeral: unwrapPublicKey(await deriveCodeKey(effect.code, saltOf(effect.wrapped)), effect.wrapped),
			random: randomness.bytes(32),
			bundleSalt: randomness.bytes(32),
			nonce: randomness.bytes(12)
		};
		feed({
			type: "unwrapped",
			answer: effect.answer,
			unwrapped
		});
	};
	const save = async (effect) => {
		const set = await takePreKeys();
		const credentials = buildCredentials({
			identity,
			pairingEphemeral: pairingEphemeral ?? randomness.keyPair(),
			account: effect.account,
			deviceSignature: effect.signature,
			advSecret: effect.advSecret,
			routingInfo: effect.routingInfo
		});
		try {
			await store.saveLinked({
				session,
				deviceName: options.device.name,
				credentials,
				preKeys: set.slice(0, 812).map((keyPair, index) => ({
					id: index + 1,
					keyPair
				})),
				at: new Date(clock.now())
			});
		} catch (cause) {
			returnPreKeys(set);
			return feed({
				type: "not-stored",
				error: new LinkError("store-error", "the link could not be stored", { cause })
			});
		}
		feed({ type: "stored" });
	};
	const settle = async () => {
		await hold?.release();
		resolve();
	};
	const settleFailed = async ({ error, slot }) => {
		try {
			reject(await hold?.end(slot, error) ?? error);
		} catch {
			reject(error);
		}
	};
	ended.catch(() => {});
	feed({ type: "start" });
	return {
		state: () => state.link,
		refresh: () => feed({ type: "refresh" }),
		cancel: (error) => feed({
			type: "cancel",
			error
		}),
		ended
	};
}
function asLinkError(cause) {
	if (cause instanceof LinkError) return cause;
	return new LinkError("store-error", "an unexpected fault ended the link", { cause });
}
function shortNumber({ bytes }) {
	return Buffer.from(bytes(2)).readUInt16BE();
}
/** What explains an end, and no secret: an `ackId` names a stanza that we owe an ack for, which is a bug of ours. */
function endForLog(end) {
	if (end.kind === "closed") return { kind: end.kind };
	if (end.kind === "unopened") return {
		kind: end.kind,
		code: end.error.code,
		reason: end.error.reason
	};
	return end;
}
// src/store/codec.ts
const BYTES = 1;
const KEY_PAIR = 2;
const JSON_TEXT = 3;
const KEY_BYTES$1 = 32;
/**
* Byte strings inside JSON are text that begins with this; other text that begins with it gets a second mark in front.
* No base64 begins so, and few texts do.
*/
const MARK = "=";
const MARKED_BYTES = "=b";
const MARKED_TEXT = "=s";
/**
* Any value that JSON can hold, with Buffers and Uint8Arrays anywhere in it. Undefined members are dropped, as JSON does.
* @throws TypeError for what JSON cannot hold: undefined itself, functions, bigints, cycles
*/
function pack(value) {
	if (value instanceof Uint8Array) return tagged(BYTES, value);
	if (isKeyPair$1(value)) return Buffer.concat([
		Buffer.of(KEY_PAIR),
		value.public,
		value.private
	]);
	const text = JSON.stringify(marked(value, 0));
	if (text === void 0) throw new TypeError(`a value of type ${typeof value} cannot be stored`);
	return tagged(JSON_TEXT, Buffer.from(text, "utf8"));
}
/** The inverse. All byte strings come back as Buffers, as from Baileys' own BufferJSON. */
function unpack(packed) {
	const body = Buffer.from(packed.subarray(1));
	switch (packed[0]) {
		case BYTES: return body;
		case KEY_PAIR:
			if (body.length !== 64) break;
			return {
				public: body.subarray(0, KEY_BYTES$1),
				private: body.subarray(KEY_BYTES$1)
			};
		case JSON_TEXT: return JSON.parse(body.toString("utf8"), (_, value) => unmarked(value));
	}
	throw new TypeError("not a packed value");
}
function tagged(tag, body) {
	const bytes = Buffer.allocUnsafe(1 + body.length);
	bytes[0] = tag;
	bytes.set(body, 1);
	return bytes;
}
function isKeyPair$1(value) {
	if (!isObject$2(value) || Object.keys(value).length !== 2) return false;
	return isKey$1(value["public"]) && isKey$1(value["private"]);
}
function isKey$1(value) {
	return value instanceof Uint8Array && value.length === KEY_BYTES$1;
}
/** Deeper than anything real; a cycle ends here instead of filling the memory. */
const MAX_DEPTH$1 = 200;
/** Done before JSON.stringify, because that calls `Buffer.toJSON` before any replacer sees the Buffer. */
function marked(value, depth) {
	if (typeof value === "string") return value.startsWith(MARK) ? MARKED_TEXT + value : value;
	if (!isObject$2(value)) return value;
	if (depth > MAX_DEPTH$1) throw new TypeError("the value is nested too deeply, or contains itself");
	const bytes = bytesOf$1(value);
	if (bytes !== void 0) return MARKED_BYTES + bytes.toString("base64");
	if (typeof value["toJSON"] === "function" && !isProtobuf(value)) return marked(value["toJSON"](), depth + 1);
	if (Array.isArray(value)) return value.map((member) => marked(member, depth + 1));
	const copy = Object.create(null);
	for (const key of Object.keys(value)) copy[key] = marked(value[key], depth + 1);
	return copy;
}
function unmarked(value) {
	if (typeof value !== "string" || !value.startsWith(MARK)) return value;
	if (value.startsWith(MARKED_BYTES)) return Buffer.from(value.slice(2), "base64");
	return value.slice(2);
}
/** A byte string, also one that went through JSON before: `{type: 'Buffer', data: [...] or base64}`. */
function bytesOf$1(value) {
	if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
	if (value["type"] !== "Buffer" || Object.keys(value).length !== 2) return void 0;
	const { data } = value;
	if (typeof data === "string") return Buffer.from(data, "base64");
	return Array.isArray(data) && data.every(isByte$1) ? Buffer.from(data) : void 0;
}
function isByte$1(value) {
	return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 255;
}
/** The `toJSON` of Baileys' protobuf classes would turn byte strings into plain base64 text. */
function isProtobuf(value) {
	const made = value.constructor;
	return typeof made === "function" && "encode" in made && "fromObject" in made;
}
function isObject$2(value) {
	return typeof value === "object" && value !== null;
}
// src/store/life-cycle.ts
init_errors();
/** docs/protocol.md section 10 says which ends forget credentials; forgotten ones can be restored for this long. */
const ARCHIVE_MS = 6048e5;
function stateOf(row) {
	return row.ended ?? (row.confirmed ? "linked" : "unconfirmed");
}
function listedOf(links) {
	return links.find((row) => row.listed);
}
/** The link whose credentials are in use. */
function liveOf(links) {
	return links.find((row) => row.listed && row.ended === null && row.kept);
}
/** Newest first. */
function archivedOf(links, now) {
	return links.filter((row) => row.kept && row.archivedAt !== null && now - row.archivedAt < 6048e5).sort((a, b) => Number(b.archivedAt) - Number(a.archivedAt) || b.createdAt - a.createdAt);
}
/** A new link takes the name over. */
function replace(links, fresh, now) {
	const before = listedOf(links);
	if (before === void 0) return [put(fresh)];
	return [put(unlisted(before, now)), put({
		...fresh,
		replaced: before.link
	})];
}
/** A link from elsewhere takes the name, as long as nobody uses it. */
function adopt(links, fresh, now) {
	refuseLive(links, fresh.session, "imported", "import the folder");
	return replace(links, fresh, now);
}
/** @throws StoreError store-error when live credentials would have to give way */
function refuseLive(links, session, done, next) {
	if (liveOf(links) === void 0) return;
	throw new StoreError("store-error", `session ${session} holds live credentials: nothing was ${done}`, { advice: `Remove the session ${session} first, then ${next}.` });
}
/** The inverse of `replace`, for a link that no login ever confirmed. */
function withdraw(links, session) {
	const withdrawn = listedOrThrow(links, session);
	if (stateOf(withdrawn) !== "unconfirmed") throw new StoreError("store-error", `session ${session} is ${stateOf(withdrawn)}: only an unconfirmed link can be withdrawn`, { advice: "Log the session out, or remove it." });
	const before = links.find((row) => row.link === withdrawn.replaced);
	const gone = {
		type: "drop-link",
		link: withdrawn.link
	};
	return before === void 0 ? [gone] : [gone, put(relisted(before))];
}
/** A login was seen. */
function confirm(links, session, at) {
	const live = liveOf(links);
	if (live === void 0) throw notLinked(session);
	return [put({
		...live,
		confirmed: true,
		lastOnlineAt: at
	})];
}
/** Ended by WhatsApp, or unusable: stays listed, its credentials go to the archive. */
function retire(links, session, ended, now) {
	const listed = listedOrThrow(links, session);
	return [put({
		...listed,
		ended,
		archivedAt: listed.archivedAt ?? (listed.kept ? now : null)
	})];
}
function remove(links, session, now) {
	return [put(unlisted(listedOrThrow(links, session), now))];
}
/** The newest archived link of the name is in use again, as it was. */
function restore(links, session, now) {
	refuseLive(links, session, "restored", "restore it");
	const newest = archivedOf(links, now)[0];
	if (newest === void 0) throw new StoreError("not-linked", `nothing of session ${session} is in the archive`, { advice: "The archive keeps credentials for 7 days. Link the session again." });
	const listed = listedOf(links);
	const back = put({
		...newest,
		listed: true,
		ended: null,
		archivedAt: null,
		replaced: null
	});
	return listed === void 0 || listed.link === newest.link ? [back] : [put(unlisted(listed, now)), back];
}
function put(row) {
	return {
		type: "put-link",
		row
	};
}
function unlisted(row, now) {
	return {
		...row,
		listed: false,
		archivedAt: row.archivedAt ?? now
	};
}
function relisted(row) {
	return {
		...row,
		listed: true,
		archivedAt: row.ended === null || !row.kept ? null : row.archivedAt
	};
}
function listedOrThrow(links, session) {
	const listed = listedOf(links);
	if (listed === void 0) throw notLinked(session);
	return listed;
}
function notLinked(session) {
	return new StoreError("not-linked", `there is no session ${session} in the store`);
}
// src/store/pre-key-block.ts
const ID_BYTES = 4;
const KEY_BYTES = 32;
const ENTRY_BYTES = 68;
/** Entries of id (4 bytes, big-endian) ‖ public (32) ‖ private (32), in the order of their ids. */
function packPreKeys(preKeys) {
	const block = Buffer.alloc(preKeys.length * ENTRY_BYTES);
	const sorted = [...preKeys].sort((a, b) => a.id - b.id);
	for (const [index, { id, keyPair }] of sorted.entries()) {
		const at = index * ENTRY_BYTES;
		block.writeUInt32BE(id, at);
		block.set(checkedKey$1(keyPair.public), at + ID_BYTES);
		block.set(checkedKey$1(keyPair.private), at + ID_BYTES + KEY_BYTES);
	}
	return block;
}
function findPreKey(block, id) {
	let low = 0;
	let high = block.length / ENTRY_BYTES - 1;
	while (low <= high) {
		const middle = low + high >> 1;
		const found = block.readUInt32BE(middle * ENTRY_BYTES);
		if (found === id) return entryAt(block, middle);
		if (found < id) low = middle + 1;
		else high = middle - 1;
	}
}
/** The ids in a block, in order. */
function preKeyIds(block) {
	return Array.from({ length: block.length / ENTRY_BYTES }, (_, index) => block.readUInt32BE(index * ENTRY_BYTES));
}
/** A pre-key's id is a counter in decimal; undefined for anything else. */
function preKeyNumber(id) {
	if (!/^(0|[1-9]\d{0,9})$/.test(id)) return void 0;
	const number = Number(id);
	return number <= 4294967295 ? number : void 0;
}
function entryAt(block, index) {
	const keys = block.subarray(index * ENTRY_BYTES + ID_BYTES, (index + 1) * ENTRY_BYTES);
	return {
		public: Buffer.from(keys.subarray(0, KEY_BYTES)),
		private: Buffer.from(keys.subarray(KEY_BYTES))
	};
}
function checkedKey$1(key) {
	if (key.length === KEY_BYTES) return key;
	throw new TypeError(`a pre-key has keys of 32 bytes, not ${key.length}`);
}
/** Bound at load: tests that replace the timers later do not stop the store. */
const soon$1 = setImmediate;
function nextTurn() {
	return new Promise((resolve) => soon$1(resolve));
}
/** All of a sequence that works for each of its values. */
async function collected(sequence) {
	const all = [];
	for (const value of sequence) {
		all.push(value);
		if (all.length % 100 === 0) await nextTurn();
	}
	return all;
}
// src/store/stored-values.ts
/** More values than any link has: all in one question, so that they belong together. */
const ALL = 2147483647;
function createStoredValues(backend, codec, of) {
	const { link } = of;
	const readBlock = async () => {
		const [sealed] = await backend.readValues(link, [codec.preKeyBlockLookup(of)]);
		return sealed === void 0 ? void 0 : codec.openPreKeyBlock(of, sealed);
	};
	const readRows = async (type, ids) => {
		const found = /* @__PURE__ */ new Map();
		const lookups = ids.map((id) => codec.keyLookup(of, type, id));
		const rows = await backend.readValues(link, lookups);
		for (const [index, id] of ids.entries()) {
			const [row, lookup] = [rows[index], lookups[index]];
			if (row !== void 0 && lookup !== void 0) found.set(id, codec.openKey(of, lookup, row));
		}
		return found;
	};
	/** A pre-key of the block that is used up keeps a row that says so: the block itself never changes. */
	const writeOf = ({ type, id, packed }, inBlock) => {
		const lookup = codec.keyLookup(of, type, id);
		const usedUp = packed === null && inBlock.has(preKeyOf(type, id) ?? -1);
		if (packed === null && !usedUp) return {
			type: "drop-value",
			link,
			lookup
		};
		return {
			type: "put-value",
			link,
			lookup,
			value: codec.sealKey(of, lookup, {
				type,
				id,
				packed
			})
		};
	};
	function* rowsOf(change, inBlock) {
		const lookup = codec.credentialsLookup(of);
		if (change.type === "clear") yield {
			type: "drop-values",
			link,
			except: lookup
		};
		else if (change.type === "keys") for (const key of eachKey(change.keys)) yield writeOf(key, inBlock);
		else yield {
			type: "put-value",
			link,
			lookup,
			value: codec.sealCredentials(of, change.packed)
		};
	}
	function* keysOf(rows, block) {
		const written = /* @__PURE__ */ new Set();
		for (const { lookup, value } of rows) {
			const { type, id, packed } = codec.openKey(of, lookup, value);
			if (type === "pre-key") written.add(id);
			if (packed !== null) yield {
				type,
				id,
				value: unpack(packed)
			};
		}
		if (block === void 0) return;
		for (const number of preKeyIds(block)) {
			const id = String(number);
			if (!written.has(id)) yield {
				type: "pre-key",
				id,
				value: findPreKey(block, number)
			};
		}
	}
	return {
		async readCredentials() {
			const [sealed] = await backend.readValues(link, [codec.credentialsLookup(of)]);
			return sealed === void 0 ? void 0 : codec.openCredentials(of, sealed);
		},
		async readKeys(type, ids) {
			const found = /* @__PURE__ */ new Map();
			const rows = await readRows(type, ids);
			for (const [id, { packed }] of rows) if (packed !== null) found.set(id, unpack(packed));
			const missing = ids.filter((id) => !rows.has(id) && preKeyOf(type, id) !== void 0);
			const block = missing.length === 0 ? void 0 : await readBlock();
			for (const id of missing) {
				const preKey = block === void 0 ? void 0 : findPreKey(block, Number(id));
				if (preKey !== void 0) found.set(id, preKey);
			}
			return found;
		},
		async readAll() {
			const rows = await backend.scanValues(link, void 0, ALL);
			const ownLookups = {
				credentials: codec.credentialsLookup(of),
				block: codec.preKeyBlockLookup(of)
			};
			const own = (name) => rows.find(({ lookup }) => ownLookups[name].equals(lookup))?.value;
			const [credentials, block] = [own("credentials"), own("block")];
			if (credentials === void 0) return void 0;
			const keyRows = rows.filter(({ value }) => value !== credentials && value !== block);
			const preKeys = block === void 0 ? void 0 : codec.openPreKeyBlock(of, block);
			return {
				credentials: codec.openCredentials(of, credentials),
				keys: await collected(keysOf(keyRows, preKeys))
			};
		},
		async writesOf(changes) {
			const block = changes.some(usesUpPreKeys) ? await readBlock() : void 0;
			const inBlock = new Set(block === void 0 ? [] : preKeyIds(block));
			const writes = [];
			for (const change of changes) {
				for (const write of rowsOf(change, inBlock)) {
					writes.push(write);
					if (writes.length % 100 === 0) await nextTurn();
				}
				if (change.type === "clear") inBlock.clear();
			}
			return writes;
		}
	};
}
function* eachKey(keys) {
	for (const [type, values] of keys) for (const [id, packed] of values) yield {
		type,
		id,
		packed
	};
}
function preKeyOf(type, id) {
	return type === "pre-key" ? preKeyNumber(id) : void 0;
}
function usesUpPreKeys(change) {
	return change.type === "keys" && [...change.keys.get("pre-key")?.values() ?? []].includes(null);
}
// src/store/links.ts
function linkDetails(credentials, deviceName, pairedPreKeyId) {
	const { id, lid } = credentials.me ?? { id: "" };
	return {
		jid: id,
		...lid ? { lid } : {},
		deviceName,
		pairedPreKeyId
	};
}
function sealDetails(seal, of, details) {
	return seal.seal(Buffer.from(JSON.stringify(details), "utf8"), detailsPlace(of));
}
function openDetails(seal, row) {
	return JSON.parse(seal.open(row.details, detailsPlace(row)).toString("utf8"));
}
function detailsPlace(of) {
	return `details\0${of.session}\0${of.link}`;
}
function infoOf(seal, row) {
	const { jid, lid, deviceName } = openDetails(seal, row);
	return {
		session: row.session,
		state: stateOf(row),
		jid,
		...lid === void 0 ? {} : { lid },
		deviceName,
		createdAt: new Date(row.createdAt),
		...row.lastOnlineAt === null ? {} : { lastOnlineAt: new Date(row.lastOnlineAt) }
	};
}
/** The row of a new link, and its values, sealed and ready to be written. Throws before anything is written. */
function sealedLink(seal, codec, fresh) {
	const of = newLinkId(fresh.session);
	return {
		row: sealedRow(seal, of, fresh),
		values: [...sealedValues(codec, of, fresh)]
	};
}
/** The same for a link with tens of thousands of keys: the event loop runs in between. */
async function sealedLargeLink(seal, codec, fresh) {
	const of = newLinkId(fresh.session);
	return {
		row: sealedRow(seal, of, fresh),
		values: await collected(sealedValues(codec, of, fresh))
	};
}
function newLinkId(session) {
	return {
		session,
		link: randomBytes(6).readUIntBE(0, 6)
	};
}
function* sealedValues(codec, of, fresh) {
	const { link } = of;
	yield {
		type: "put-value",
		link,
		lookup: codec.credentialsLookup(of),
		value: codec.sealCredentials(of, pack(fresh.credentials))
	};
	if (fresh.preKeys !== void 0 && fresh.preKeys.length > 0) {
		const value = codec.sealPreKeyBlock(of, packPreKeys(fresh.preKeys));
		yield {
			type: "put-value",
			link,
			lookup: codec.preKeyBlockLookup(of),
			value
		};
	}
	for (const key of eachKey(fresh.keys ?? /* @__PURE__ */ new Map())) {
		if (key.packed === null) continue;
		const lookup = codec.keyLookup(of, key.type, key.id);
		yield {
			type: "put-value",
			link,
			lookup,
			value: codec.sealKey(of, lookup, key)
		};
	}
}
function sealedRow(seal, of, fresh) {
	const details = linkDetails(fresh.credentials, fresh.deviceName, fresh.pairedPreKeyId);
	return {
		link: of.link,
		session: fresh.session,
		listed: true,
		confirmed: fresh.confirmed,
		ended: null,
		kept: true,
		createdAt: fresh.createdAt,
		lastOnlineAt: fresh.lastOnlineAt ?? null,
		archivedAt: null,
		replaced: null,
		details: sealDetails(seal, of, details)
	};
}
// src/store/reseal.ts
/** Values in one transaction: about 3 ms. */
const PAGE = 200;
/** @throws StoreError wrong-key when something was sealed with a key that is not among the previous ones */
async function reseal(backend, seal, codec) {
	for (const row of await backend.readLinks()) {
		await resealDetails(backend, seal, row);
		await resealValues(backend, seal, codec, row);
	}
}
function resealDetails(backend, seal, { link, session }) {
	return backend.change(session, (links) => {
		const row = links.find((candidate) => candidate.link === link);
		if (row === void 0 || seal.isCurrent(row.details)) return {
			writes: [],
			result: void 0
		};
		const details = sealDetails(seal, row, openDetails(seal, row));
		return {
			writes: [{
				type: "put-link",
				row: {
					...row,
					details
				}
			}],
			result: void 0
		};
	});
}
async function resealValues(backend, seal, codec, row) {
	let after;
	for (;;) {
		const page = await backend.scanValues(row.link, after, PAGE);
		const old = page.filter(({ value }) => !seal.isCurrent(value));
		await backend.commit(old.map(({ lookup, value }) => ({
			type: "swap-value",
			link: row.link,
			lookup,
			old: value,
			value: codec.resealed(row, lookup, value)
		})));
		after = page.at(-1)?.lookup;
		if (page.length < PAGE) return;
	}
}
// src/store/seal.ts
init_errors();
/** Leads every sealed value, and is bound into it. */
const FORMAT = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 17;
/** Keys are 32 bytes each. Values are sealed with `current`; those that a previous key sealed still open. */
function createSeal(current, previous = []) {
	const sealing = derived(current);
	const keys = [sealing, ...previous.map(derived)];
	const nextNonce = nonces();
	return {
		seal(plain, place) {
			const nonce = nextNonce();
			const cipher = createCipheriv("aes-256-gcm", sealing.values, nonce);
			cipher.setAAD(boundTo(place));
			const sealed = Buffer.allocUnsafe(HEAD_BYTES + plain.length + TAG_BYTES);
			sealed[0] = FORMAT;
			sealed.set(sealing.id, 1);
			sealed.set(nonce, 5);
			sealed.set(cipher.update(plain), HEAD_BYTES);
			cipher.final();
			sealed.set(cipher.getAuthTag(), HEAD_BYTES + plain.length);
			return sealed;
		},
		open(sealed, place) {
			if (sealed[0] !== FORMAT || sealed.length < 33) throw damaged$1();
			const key = keys.find(({ id }) => id.equals(keyIdOf(sealed)));
			if (key === void 0) throw new StoreError("wrong-key", "the value was sealed with a key that was not given");
			const decipher = createDecipheriv("aes-256-gcm", key.values, sealed.subarray(5, HEAD_BYTES));
			decipher.setAAD(boundTo(place));
			decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
			const plain = decipher.update(sealed.subarray(HEAD_BYTES, sealed.length - TAG_BYTES));
			try {
				decipher.final();
			} catch (cause) {
				throw damaged$1(cause);
			}
			return plain;
		},
		isCurrent: (sealed) => sealing.id.equals(keyIdOf(sealed))
	};
}
/**
* The name under which something is stored without being told: the first 16 bytes of HMAC-SHA256. Parts are kept apart
* by their lengths.
*/
function createLookup(key) {
	const secret = createSecretKey(subKey(key, "lookup", 32));
	return (...parts) => {
		const hmac = createHmac("sha256", secret);
		hmac.update(parts.map((part) => `${part.length}:${part}`).join(""));
		return hmac.digest().subarray(0, 16);
	};
}
function derived(key) {
	return {
		id: subKey(key, "key id", KEY_ID_BYTES),
		values: createSecretKey(subKey(key, "values", 32))
	};
}
function subKey(key, purpose, bytes) {
	return Buffer.from(hkdfSync("sha256", key, "", `paircode store ${purpose}`, bytes));
}
function keyIdOf(sealed) {
	return sealed.subarray(1, 5);
}
function boundTo(place) {
	return Buffer.from(`paircode store ${FORMAT}\0${place}`, "utf8");
}
function damaged$1(cause) {
	return new StoreError("store-error", "a stored value was altered or damaged", {
		cause,
		advice: "Restore the store from a backup, or remove the session and link it again."
	});
}
/** Random nonces, drawn from the system 256 at a time: one draw each costs as much as the sealing. */
function nonces() {
	const pool = Buffer.alloc(256 * NONCE_BYTES);
	let used = pool.length;
	return () => {
		if (used === pool.length) {
			randomFillSync(pool);
			used = 0;
		}
		used += NONCE_BYTES;
		return Buffer.from(pool.subarray(used - NONCE_BYTES, used));
	};
}
// src/store/values.ts
function createValueCodec(seal, lookup) {
	const own = (of, name) => lookup("link", String(of.link), name);
	const credentialsLookup = (of) => own(of, "credentials");
	const preKeyBlockLookup = (of) => own(of, "pre-keys");
	return {
		credentialsLookup,
		preKeyBlockLookup,
		keyLookup: (of, type, id) => preKeyLookup(type, id) ?? lookup("key", String(of.link), type, id),
		sealKey: (of, found, key) => seal.seal(withName(key), place(of, found)),
		openKey: (of, found, sealed) => named(seal.open(sealed, place(of, found))),
		sealCredentials: (of, packed) => seal.seal(packed, place(of, credentialsLookup(of))),
		openCredentials: (of, sealed) => unpack(seal.open(sealed, place(of, credentialsLookup(of)))),
		sealPreKeyBlock: (of, block) => seal.seal(block, place(of, preKeyBlockLookup(of))),
		openPreKeyBlock: (of, sealed) => seal.open(sealed, place(of, preKeyBlockLookup(of))),
		resealed: (of, lookup, sealed) => seal.seal(seal.open(sealed, place(of, lookup)), place(of, lookup))
	};
}
/** What a value is bound to. The lookup stands for type and id. */
function place(of, lookup) {
	return `value\0${of.session}\0${of.link}\0${Buffer.from(lookup).toString("hex")}`;
}
/** The ids of pre-keys are counters and tell nothing; hashing 812 of them takes 5 ms. 5 bytes, where hashes have 16. */
function preKeyLookup(type, id) {
	const number = type === "pre-key" ? preKeyNumber(id) : void 0;
	if (number === void 0) return void 0;
	const found = Buffer.alloc(5);
	found.writeUInt32BE(number, 1);
	return found;
}
/** Type and id lead the value, each with its length (4 bytes, big-endian): the row alone does not tell them. */
function withName({ type, id, packed }) {
	return Buffer.concat([...[type, id].flatMap(withLength), packed ?? Buffer.alloc(0)]);
}
function withLength(text) {
	const bytes = Buffer.from(text, "utf8");
	const length = Buffer.alloc(4);
	length.writeUInt32BE(bytes.length);
	return [length, bytes];
}
function named(plain) {
	const typeEnd = 4 + plain.readUInt32BE(0);
	const idEnd = typeEnd + 4 + plain.readUInt32BE(typeEnd);
	const packed = plain.subarray(idEnd);
	return {
		type: plain.toString("utf8", 4, typeEnd),
		id: plain.toString("utf8", typeEnd + 4, idEnd),
		packed: packed.length === 0 ? null : packed
	};
}
// src/store/check.ts
init_errors();
const PLACE = "check";
/**
* Tries the key, and only then brings the tables up to date. Seals everything anew when the key was changed.
* @throws StoreError wrong-key
*/
async function unlock(backend, seal) {
	const found = await backend.readCheck() ?? newCheck(seal);
	openCheck(seal, found);
	const check = await backend.prepare(found);
	const secret = openCheck(seal, check);
	const lookup = createLookup(secret);
	const codec = createValueCodec(seal, lookup);
	if (!seal.isCurrent(check)) {
		await reseal(backend, seal, codec);
		await backend.replaceCheck(check, seal.seal(secret, PLACE));
	}
	return {
		seal,
		lookup,
		codec,
		recordSeal: createSeal(secret)
	};
}
function newCheck(seal) {
	return seal.seal(randomBytes(32), PLACE);
}
function openCheck(seal, check) {
	try {
		return seal.open(check, PLACE);
	} catch (cause) {
		throw new StoreError("wrong-key", "the store does not open with this key: nothing was touched", { cause });
	}
}
// src/store/guarded.ts
init_errors();
const SWEEP_EVERY_MS = 36e5;
/** Archived links and records whose time is over. */
function sweep(now) {
	return {
		type: "purge",
		archivedBefore: now - ARCHIVE_MS,
		expiredBefore: now
	};
}
/** Sweeps on writes only, at most once an hour: a store that nobody writes to holds nothing that expires soon. */
function guarded(backend, clock) {
	let closed = false;
	let sweptAt = clock.now();
	const open = () => {
		if (closed) throw new StoreError("store-error", "the store is closed", { advice: "Open the store again with openStore()." });
		return backend;
	};
	const sweptIfDue = () => {
		const now = clock.now();
		if (!closed && now - sweptAt >= SWEEP_EVERY_MS) {
			sweptAt = now;
			backend.commit([sweep(now)]).catch(() => {});
		}
		return open();
	};
	return {
		readCheck: async () => open().readCheck(),
		prepare: async (check) => open().prepare(check),
		replaceCheck: async (old, check) => open().replaceCheck(old, check),
		readLinks: async (session) => open().readLinks(session),
		readValues: async (link, lookups) => open().readValues(link, lookups),
		scanValues: async (link, after, limit) => open().scanValues(link, after, limit),
		commit: async (writes) => sweptIfDue().commit(writes),
		change: async (session, decide) => sweptIfDue().change(session, decide),
		update: async (kind, key, decide) => sweptIfDue().update(kind, key, decide),
		close: async () => {
			if (closed) return;
			closed = true;
			await backend.close();
		}
	};
}
// src/store/memory.ts
/** A store that lives as long as its process: for tests and trials. Every operation happens at the call itself. */
function memoryBackend(clock) {
	const tables = {
		links: /* @__PURE__ */ new Map(),
		values: /* @__PURE__ */ new Map(),
		records: /* @__PURE__ */ new Map()
	};
	let stored;
	const linksOf = (session) => [...tables.links.values()].filter((row) => session === void 0 || row.session === session);
	return {
		readCheck: async () => stored,
		prepare: async (check) => {
			stored ??= check;
			return stored;
		},
		replaceCheck: async (old, check) => {
			if (stored === void 0 || !Buffer.from(old).equals(stored)) return false;
			stored = check;
			return true;
		},
		readLinks: async (session) => linksOf(session),
		readValues: async (link, lookups) => lookups.map((lookup) => tables.values.get(link)?.get(hex$1(lookup))?.value),
		scanValues: async (link, after, limit) => scanned(tables.values.get(link), after, limit),
		commit: async (writes) => apply$1(tables, writes),
		change: async (session, decide) => {
			const { writes, result } = decide(linksOf(session));
			apply$1(tables, writes);
			return result;
		},
		update: async (kind, key, decide) => {
			const place = `${kind} ${hex$1(key)}`;
			const { put, drop, result } = decide(tables.records.get(place)?.value, clock.now());
			if (put !== void 0) tables.records.set(place, put);
			else if (drop === true) tables.records.delete(place);
			return result;
		},
		close: async () => {}
	};
}
function scanned(values, after, limit) {
	return [...values?.values() ?? []].sort((a, b) => Buffer.compare(a.lookup, b.lookup)).filter((row) => after === void 0 || Buffer.compare(row.lookup, after) > 0).slice(0, limit);
}
function apply$1(tables, writes) {
	for (const write of writes) applyOne$1(tables, write);
}
function applyOne$1({ links, values, records }, write) {
	switch (write.type) {
		case "put-link":
			links.set(write.row.link, write.row);
			return;
		case "drop-link":
			links.delete(write.link);
			values.delete(write.link);
			return;
		case "put-value":
			if (links.get(write.link)?.kept !== true) return;
			ofLink(values, write.link).set(hex$1(write.lookup), {
				lookup: write.lookup,
				value: write.value
			});
			return;
		case "swap-value": {
			const row = values.get(write.link)?.get(hex$1(write.lookup));
			if (row === void 0 || hex$1(row.value) !== hex$1(write.old)) return;
			values.get(write.link)?.set(hex$1(write.lookup), {
				lookup: write.lookup,
				value: write.value
			});
			return;
		}
		case "drop-value":
			values.get(write.link)?.delete(hex$1(write.lookup));
			return;
		case "drop-values":
			for (const key of values.get(write.link)?.keys() ?? []) if (key !== hex$1(write.except)) values.get(write.link)?.delete(key);
			return;
		case "purge":
			for (const row of links.values()) purgeLink(links, values, row, write.archivedBefore);
			for (const [place, record] of records) if (record.expiresAt <= write.expiredBefore) records.delete(place);
	}
}
function purgeLink(links, values, row, archivedBefore) {
	if (row.archivedAt === null || row.archivedAt > archivedBefore) return;
	values.delete(row.link);
	if (row.listed) links.set(row.link, {
		...row,
		kept: false,
		archivedAt: null
	});
	else links.delete(row.link);
}
function ofLink(values, link) {
	const held = values.get(link) ?? /* @__PURE__ */ new Map();
	values.set(link, held);
	return held;
}
function hex$1(bytes) {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
// src/store/credentials.ts
/**
* Whether WhatsApp and the account have signed this device: `me`, and an account with both signatures. Anything less
* logs in as a device that does not exist (docs/protocol.md section 8), so it is never stored.
*/
function isSigned(credentials) {
	const { account, me } = credentials;
	return Boolean(me?.id) && isFilled(account?.details) && isFilled(account?.accountSignature) && isFilled(account?.deviceSignature);
}
/** Bytes, or base64 text as Baileys' own folders hold them. */
function isFilled(value) {
	return value !== null && value !== void 0 && value.length > 0;
}
/**
* The same fields as Baileys' `initAuthCreds` (lib/Utils/auth-utils.js), made with the bridge: 1 ms instead of 25, and
* without the 250 ms of importing Baileys.
*/
async function freshCredentials() {
	const { generateKeyPair, generateRegistrationId, sign, withKeyType } = await Promise.resolve().then(() => (init_bridge(), bridge_exports));
	const keyPair = () => {
		const pair = generateKeyPair();
		return {
			public: Buffer.from(pair.public),
			private: Buffer.from(pair.private)
		};
	};
	const identity = keyPair();
	const preKey = keyPair();
	return {
		noiseKey: keyPair(),
		pairingEphemeralKeyPair: keyPair(),
		signedIdentityKey: identity,
		signedPreKey: {
			keyPair: preKey,
			signature: Buffer.from(sign(identity.private, withKeyType(preKey.public))),
			keyId: 1
		},
		registrationId: generateRegistrationId(),
		advSecretKey: randomBytes(32).toString("base64"),
		processedHistoryMessages: [],
		nextPreKeyId: 1,
		firstUnuploadedPreKeyId: 1,
		accountSyncCounter: 0,
		accountSettings: { unarchiveChats: false },
		registered: false,
		pairingCode: void 0,
		lastPropHash: void 0,
		routingInfo: void 0,
		additionalData: void 0
	};
}
// src/store/auth-state.ts
init_errors();
async function openAuthState(sessions, valuesOf, clock, session) {
	const live = await sessions.live(session);
	if (live === void 0) {
		const credentials = await freshCredentials();
		return authState(credentials, stagingKeeper(sessions, valuesOf, clock, session, credentials));
	}
	const values = valuesOf(live.row);
	const credentials = await values.readCredentials();
	if (credentials === void 0) throw new StoreError("store-error", `the credentials of session ${session} are missing`);
	return authState(credentials, liveKeeper(sessions, values, clock, live.row, live.details, live.row.confirmed));
}
function authState(credentials, keeper) {
	const state = {
		creds: credentials,
		keys: {
			get: async (type, ids) => {
				const found = {};
				for (const [id, value] of await keeper.readKeys(type, ids)) putOwn(found, id, value);
				return found;
			},
			set: async (data) => keeper.writeKeys(packedKeys(data)),
			clear: async () => keeper.clearKeys()
		}
	};
	return {
		state,
		saveCreds: async () => keeper.writeCredentials(state.creds)
	};
}
/** For a link that is in the store. */
function liveKeeper(sessions, values, clock, of, details, confirmed) {
	let known = details;
	let seen = confirmed;
	return {
		readKeys: values.readKeys,
		writeKeys: values.writeKeys,
		clearKeys: values.clearKeys,
		async writeCredentials(credentials) {
			if (!isSigned(credentials)) return;
			const now = linkDetails(credentials, known.deviceName, known.pairedPreKeyId);
			const loggedIn = !seen && credentials.firstUnuploadedPreKeyId > known.pairedPreKeyId;
			const changed = now.jid !== known.jid || now.lid !== known.lid;
			await values.writeCredentials(pack(credentials));
			if (!loggedIn && !changed) return;
			await sessions.note(of, now, loggedIn ? clock.now() : void 0);
			known = now;
			seen ||= loggedIn;
		}
	};
}
/** In memory until the first signed credentials; those are written together with all keys that came before. */
function stagingKeeper(sessions, valuesOf, clock, session, fresh) {
	const pairedPreKeyId = fresh.firstUnuploadedPreKeyId;
	const staged = /* @__PURE__ */ new Map();
	let live;
	let storing;
	/** Calls that came while the link was on its way to the database. */
	let late = [];
	const store = async (credentials) => {
		const confirmed = credentials.firstUnuploadedPreKeyId > pairedPreKeyId;
		const createdAt = clock.now();
		const deviceName = "";
		try {
			const of = await sessions.add({
				session,
				deviceName,
				credentials,
				keys: staged,
				createdAt,
				pairedPreKeyId,
				confirmed,
				...confirmed ? { lastOnlineAt: createdAt } : {}
			});
			const details = linkDetails(credentials, deviceName, pairedPreKeyId);
			live = liveKeeper(sessions, valuesOf(of), clock, of, details, confirmed);
			staged.clear();
		} finally {
			storing = void 0;
			const calls = late;
			late = [];
			for (const call of calls) call(live);
		}
	};
	/** `then` runs at once, or in its turn when the link is being stored. */
	const inTurn = (then) => {
		if (storing === void 0) return then(live);
		return new Promise((resolve, reject) => late.push((stored) => then(stored).then(resolve, reject)));
	};
	return {
		async readKeys(type, ids) {
			if (live !== void 0) return live.readKeys(type, ids);
			const found = /* @__PURE__ */ new Map();
			for (const id of ids) {
				const packed = staged.get(type)?.get(id);
				if (packed !== void 0 && packed !== null) found.set(id, unpack(packed));
			}
			return found;
		},
		writeKeys(keys) {
			if (live === void 0) stage$1(staged, keys);
			return inTurn(async (stored) => stored?.writeKeys(keys));
		},
		clearKeys() {
			if (live === void 0) staged.clear();
			return inTurn(async (stored) => stored?.clearKeys());
		},
		writeCredentials(credentials) {
			if (live === void 0 && storing === void 0 && isSigned(credentials)) {
				storing = store(credentials);
				return storing;
			}
			return inTurn(async (stored) => stored?.writeCredentials(credentials));
		}
	};
}
function stage$1(staged, keys) {
	for (const [type, values] of keys) {
		const ofType = staged.get(type) ?? /* @__PURE__ */ new Map();
		staged.set(type, ofType);
		for (const [id, packed] of values) ofType.set(id, packed);
	}
}
/** Packed at the call: Baileys changes its objects afterwards. */
function packedKeys(data) {
	const keys = /* @__PURE__ */ new Map();
	for (const [type, values] of Object.entries(data)) {
		const packed = Object.entries(values ?? {}).map(([id, value]) => [id, value === null || value === void 0 ? null : pack(value)]);
		keys.set(type, new Map(packed));
	}
	return keys;
}
/** Ids come from the network: one called `__proto__` is a name like any other. */
function putOwn(record, id, value) {
	Object.defineProperty(record, id, {
		value,
		enumerable: true,
		configurable: true,
		writable: true
	});
}
// src/store/limits.ts
const DEFAULT_LIMIT = {
	codes: 3,
	windowMs: 6e5
};
const FIRST_COOL_DOWN_MS = 6e4;
const LONGEST_COOL_DOWN_MS = 36e5;
/** After this long without a refusal the next one counts as the first again. */
const QUIET_MS = 864e5;
const NO_LIMITS = {
	slots: [],
	windowMs: 0,
	refusals: 0,
	coolUntil: 0
};
function peek(state, now, limit) {
	const taken = state.slots.filter(({ at }) => at > now - limit.windowMs).sort((a, b) => a.at - b.at);
	const coolMs = Math.max(0, state.coolUntil - now);
	const blocking = taken[taken.length - limit.codes];
	const windowMs = blocking === void 0 ? 0 : Math.min(limit.windowMs, blocking.at + limit.windowMs - now);
	const retryAfterMs = Math.max(coolMs, windowMs);
	if (retryAfterMs > 0) return {
		allowed: false,
		remaining: 0,
		retryAfterMs
	};
	return {
		allowed: true,
		remaining: limit.codes - taken.length,
		id: ""
	};
}
function take(state, now, limit, id) {
	const seen = peek(state, now, limit);
	if (!seen.allowed) return {
		state,
		slot: seen
	};
	const windowMs = Math.max(state.windowMs, limit.windowMs);
	const slots = [...state.slots.filter(({ at }) => at > now - windowMs), {
		id,
		at: now
	}];
	return {
		state: {
			...state,
			slots,
			windowMs
		},
		slot: {
			allowed: true,
			remaining: seen.remaining - 1,
			id
		}
	};
}
function giveBack(state, id) {
	return {
		...state,
		slots: state.slots.filter((slot) => slot.id !== id)
	};
}
/**
* The account waits as long as WhatsApp said (`backoffMs`), else 60 s, doubled with each refusal up to 1 h; never less
* than WhatsApp said.
*/
function coolDown(state, now, backoffMs) {
	const refusals = now - state.coolUntil >= QUIET_MS ? 1 : state.refusals + 1;
	const doubled = (backoffMs ?? FIRST_COOL_DOWN_MS) * 2 ** Math.min(refusals - 1, 30);
	const waitMs = Math.max(backoffMs ?? 0, Math.min(doubled, LONGEST_COOL_DOWN_MS));
	return {
		state: {
			...state,
			refusals,
			coolUntil: Math.max(state.coolUntil, now + waitMs)
		},
		waitMs
	};
}
/** For how long, in ms, something in it may still matter. */
function lifetime(state, now) {
	const cooling = state.refusals === 0 ? 0 : Math.max(0, state.coolUntil - now) + QUIET_MS;
	return Math.max(state.windowMs, cooling);
}
// src/store/code-limits.ts
init_errors();
/** The limits of all accounts, in the store alone: they hold across processes and restarts. */
function createCodeLimits(records) {
	/** The caller's clock decides what is allowed; the store's clock only when a record that no longer matters goes. */
	const update = (accountKey, change) => records.update("limit", accountKey, readLimits, (stored, storeNow) => {
		const old = stored ?? NO_LIMITS;
		const { state, result, now = storeNow } = change(old);
		if (state === old) return { result };
		return {
			put: {
				value: state,
				expiresAt: storeNow + lifetime(state, now)
			},
			result
		};
	});
	return {
		take: (accountKey, now, limit = DEFAULT_LIMIT) => {
			const id = randomUUID();
			return update(accountKey, (old) => {
				const { state, slot } = take(old, now, limit, id);
				return {
					state,
					result: slot,
					now
				};
			});
		},
		peek: (accountKey, now, limit = DEFAULT_LIMIT) => update(accountKey, (state) => ({
			state,
			result: peek(state, now, limit)
		})),
		giveBack: (accountKey, id) => update(accountKey, (state) => ({
			state: giveBack(state, id),
			result: void 0
		})),
		coolDown: (accountKey, now, backoffMs) => update(accountKey, (old) => {
			const { state, waitMs } = coolDown(old, now, backoffMs);
			return {
				state,
				result: waitMs,
				now
			};
		})
	};
}
/** Written by this package and sealed, so a wrong shape is damage, not input. */
function readLimits(stored) {
	const state = stored;
	if (Array.isArray(state.slots) && Number.isFinite(state.windowMs) && Number.isFinite(state.coolUntil)) return state;
	throw new StoreError("store-error", "the limits of an account are damaged");
}
// src/store/folder/broken.ts
init_errors();
/**
* No cause: the messages of the file system repeat the file's name, and those of JSON.parse its contents.
*/
function brokenFile(file, { what, advice }) {
	return new StoreError("broken-folder", `${maskedFile(file)} ${what}: nothing was imported`, { ...advice === void 0 ? {} : { advice } });
}
function brokenFolder(what, advice) {
	return new StoreError("broken-folder", `${what}: nothing was imported`, { advice });
}
/** File names hold telephone numbers, and errors end up in logs: of long runs of digits only the last two are shown. */
function maskedFile(file) {
	return file.replace(/\d{5,}(?=\d\d)/g, (digits) => "•".repeat(digits.length));
}
/** The short name that the system gives a failure, such as EACCES. */
function failureCode(thrown) {
	return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "unknown failure";
}
// src/store/folder/buffer-json.ts
/** Deeper than anything real. */
const MAX_DEPTH = 100;
/**
* Objects come back without a prototype: a member called `__proto__` is one like any other.
* @throws SyntaxError, TypeError: not JSON, or a byte string that is none. Their messages may quote the text.
*/
function readBufferJson(text) {
	return revived(JSON.parse(text), 0);
}
/** For values that came out of the store: plain ones, with byte strings. */
function writeBufferJson(value) {
	return JSON.stringify(replaced(value));
}
function revived(value, depth) {
	if (!isObject$1(value)) return value;
	if (depth > MAX_DEPTH) throw new TypeError("nested too deeply");
	if (Array.isArray(value)) return value.map((member) => revived(member, depth + 1));
	return bytesOf(value) ?? mapped(value, (member) => revived(member, depth + 1));
}
function bytesOf(value) {
	if (value["type"] !== "Buffer") return numbered(value);
	const { data } = value;
	if (typeof data === "string") return Buffer.from(data, "base64");
	if (!Array.isArray(data)) return void 0;
	if (data.every(isByte)) return Buffer.from(data);
	throw new TypeError("a byte string holds something that is no byte");
}
/** `{"0": 5, "1": 200}`: what JSON.stringify makes of a Uint8Array that no replacer saw. */
function numbered(value) {
	const bytes = Object.values(value);
	if (bytes.length === 0 || !bytes.every(isByte)) return void 0;
	return Object.keys(value).every((key, index) => key === String(index)) ? Buffer.from(bytes) : void 0;
}
/** Before JSON.stringify: that calls `Buffer.toJSON` before any replacer sees the Buffer. */
function replaced(value) {
	if (!isObject$1(value)) return value;
	if (value instanceof Uint8Array) return {
		type: "Buffer",
		data: Buffer.from(value).toString("base64")
	};
	return Array.isArray(value) ? value.map(replaced) : mapped(value, replaced);
}
function mapped(value, change) {
	const copy = Object.create(null);
	for (const [key, member] of Object.entries(value)) copy[key] = change(member);
	return copy;
}
function isByte(value) {
	return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;
}
function isObject$1(value) {
	return typeof value === "object" && value !== null;
}
// src/store/folder/file-names.ts
const CREDENTIALS_FILE = "creds.json";
function fileNameOf(type, id) {
	return `${type}-${id}.json`.replaceAll("/", "__").replaceAll(":", "-");
}
/** The key that a file holds, by its name. Where a key comes back, `fileNameOf` gives the same name again. */
function keyOf(file) {
	const stem = file.endsWith(SUFFIX) ? file.slice(0, -SUFFIX.length) : "";
	if (!stem.includes("-")) return {
		ok: false,
		reason: "not a file that Baileys writes"
	};
	const type = TYPES.find((candidate) => stem.startsWith(`${candidate}-`));
	if (type === void 0) return unknownKey(stem);
	const name = stem.slice(type.length + 1);
	const id = isPlain(name) ? name : IDS[type](name);
	return id === void 0 ? AMBIGUOUS : {
		ok: true,
		key: {
			type,
			id,
			known: true
		}
	};
}
const SUFFIX = ".json";
const AMBIGUOUS = {
	ok: false,
	reason: "its name can stand for more than one key"
};
/** The first dash of a type that nobody knows may be its own: only a name with one dash is clear. */
function unknownKey(stem) {
	const [type = "", id = "", ...more] = stem.split("-");
	if (more.length > 0 || stem.includes("__")) return AMBIGUOUS;
	return {
		ok: true,
		key: {
			type,
			id,
			known: false
		}
	};
}
function isPlain(name) {
	return !name.includes("-") && !name.includes("__");
}
/** Every id of the type is plain: a counter, a name, or the user and device of a signal address. */
const plainOnly = () => void 0;
/** The ids as Baileys 7 makes them; those that are not plain, from their names. */
const IDS = {
	"pre-key": plainOnly,
	session: plainOnly,
	"identity-key": plainOnly,
	"sender-key": senderKeyId,
	"sender-key-memory": jid,
	"app-state-sync-key": base64,
	"app-state-sync-version": plainOnly,
	"lid-mapping": plainOnly,
	"device-list": plainOnly,
	tctoken: (name) => name === "__index" ? name : jid(name)
};
/** `sender-key-memory` before `sender-key`. */
const TYPES = Object.keys(IDS).sort((a, b) => b.length - a.length);
/**
* The dash in `12025550123-1400000000@g.us` (groups made before 2021) is its own; in front of a device it was a colon.
* No jid has both.
*/
function jid(name) {
	if (/^\d+-\d+@g\.us$/.test(name)) return name;
	const [, user, rest] = /^(\d+(?:_\d+)?)-(\d+@(?:s\.whatsapp\.net|lid|hosted|hosted\.lid|c\.us))$/.exec(name) ?? [];
	return user === void 0 ? void 0 : `${user}:${rest}`;
}
/** lib/Signal/Group/sender-key-name.js: `<jid of the group>::<user of the sender>::<device of the sender>` */
function senderKeyId(name) {
	const [, group = "", user, device] = /^(.+@[a-z.]+)--(\d+(?:_\d+)?)--(\d+)$/.exec(name) ?? [];
	const groupId = isPlain(group) ? group : jid(group);
	return user === void 0 || groupId === void 0 ? void 0 : `${groupId}::${user}::${device}`;
}
/** Base64 has neither dashes nor underscores, so every pair of underscores was a slash. */
function base64(name) {
	const id = name.replaceAll("__", "/");
	return /^[A-Za-z0-9+/]+={0,2}$/.test(id) ? id : void 0;
}
// src/store/folder/path.ts
init_errors();
/**
* The path of a folder, when it can be one.
* @throws LinkError invalid-options
*/
function checkedPath(folder) {
	if (typeof folder === "string" && folder !== "" && !folder.includes("\0")) return folder;
	throw new LinkError("invalid-options", "folder must be the path of a folder", { advice: "Give the path of the folder as a string, for example ./auth." });
}
// src/store/folder/target.ts
init_errors();
/** @throws StoreError store-error: it is not empty, or cannot be made */
async function targetFolder(folder) {
	try {
		return await openTarget(folder);
	} catch (thrown) {
		if (thrown instanceof StoreError) throw thrown;
		const code = failureCode(thrown);
		if (code === "ENOTDIR" || code === "EEXIST") throw refused("the path leads to a file, not a folder");
		throw refused(`the folder cannot be made (${code})`);
	}
}
async function openTarget(folder) {
	const made = await mkdir(folder, {
		recursive: true,
		mode: 448
	});
	const path = await realpath(folder);
	if (made === void 0 && (await readdir(path)).length > 0) throw refused("the folder is not empty");
	await chmod(path, 448);
	if (made !== void 0) await syncFolder$1(dirname(path));
	const written = [];
	const write = async (name, text) => {
		const file = await open(join(path, name), "wx", 384);
		written.push(name);
		try {
			await file.writeFile(text);
			await file.sync();
		} finally {
			await file.close();
		}
	};
	return {
		write,
		async publish(name, text) {
			const half = `${name}.new`;
			await write(half, text);
			await rename(join(path, half), join(path, name));
			written.push(name);
		},
		sync: () => syncFolder$1(path),
		async discard() {
			for (const name of written) await rm(join(path, name), { force: true });
			if (made !== void 0) await rmdir(path);
		}
	};
}
/** Windows cannot open folders, and needs no such call. */
async function syncFolder$1(path) {
	if (process.platform === "win32") return;
	const handle = await open(path, "r");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
function refused(what) {
	return new StoreError("store-error", `${what}: nothing was written`, { advice: "Give the path of a new folder on a disk that this user may write." });
}
// src/store/folder/export.ts
init_errors();
/** Files on their way to the disk: waiting for the disk takes most of the time. */
const AT_ONCE$1 = 4;
async function exportFolder(sessions, valuesOf, session, folder) {
	const path = checkedPath(folder);
	const live = await sessions.live(session);
	const contents = live === void 0 ? void 0 : await valuesOf(live.row).readAll();
	if (contents === void 0) throw new StoreError("not-linked", `session ${session} is not linked: there is nothing to export`);
	const files = keyFiles(contents);
	const target = await targetFolder(path);
	try {
		await writeAll(target, files, contents);
	} catch (thrown) {
		await target.discard().catch(() => {});
		throw new StoreError("store-error", `the export failed (${failureCode(thrown)}): nothing was kept`, { advice: "Check the disk, its rights and its free space, then export into a new folder." });
	}
}
async function writeAll(target, files, { credentials }) {
	const waiting = [...files];
	for (let from = 0; from < waiting.length; from += AT_ONCE$1) {
		const some = waiting.slice(from, from + AT_ONCE$1);
		const done = await Promise.allSettled(some.map(async ([name, value]) => target.write(name, writeBufferJson(value))));
		for (const one of done) if (one.status === "rejected") throw one.reason;
	}
	await target.sync();
	await target.publish(CREDENTIALS_FILE, writeBufferJson(credentials));
	await target.sync();
}
/** Refuses before anything is written. No key that Baileys makes is refused. */
function keyFiles({ keys }) {
	const files = /* @__PURE__ */ new Map();
	for (const { type, id, value } of keys) {
		const name = fileNameOf(type, id);
		if (!isFileName(name)) throw unnameable(name, "no file can be called so");
		if (files.has(name)) throw unnameable(name, "another key has the same name");
		files.set(name, value);
	}
	return files;
}
/** Bytes in a file's name, on nearly every file system. */
const MAX_NAME_BYTES = 255;
/** Backslashes part folders on Windows. */
function isFileName(name) {
	return !/[\0-\x1f\\]/.test(name) && Buffer.byteLength(name) <= MAX_NAME_BYTES;
}
function unnameable(name, why) {
	return new StoreError("store-error", `a key cannot be exported as ${JSON.stringify(maskedFile(name))}: ${why}`, { advice: "Folders of Baileys cannot hold such a key. Keep the session in the store." });
}
// src/store/folder/check.ts
const NEVER_LINKED = "The link of this folder was never finished, so there is nothing to import. Link the session anew.";
const CREDENTIALS_LOST = "Stop the bot that uses the folder and try again. If creds.json stays as it is, restore it from a backup, or remove the device on the phone and link the session anew.";
function checkedCredentials(value) {
	if (!isObject(value)) return damaged("does not hold credentials");
	if (at(value, "me.id") === void 0 || at(value, "me.id") === "") return neverLinked("names no account: never linked");
	const credentials = value;
	if (!isSigned(credentials)) return neverLinked("is half-linked: it names an account that has not signed this device");
	const wrong = firstDefect(value);
	return wrong === void 0 ? {
		ok: true,
		credentials
	} : damaged(`is damaged: ${wrong}`);
}
/** Lengths in bytes. Public keys of accounts may lead with their type, 05. */
const KEYS = [...[
	"noiseKey",
	"signedIdentityKey",
	"signedPreKey.keyPair"
].flatMap((pair) => [[`${pair}.public`, 32], [`${pair}.private`, 32]]), ["signedPreKey.signature", 64]];
/** Folders from before pairing codes lack the first; Baileys needs neither once it is linked. */
const KEYS_IF_THERE = [
	["pairingEphemeralKeyPair.public", 32],
	["pairingEphemeralKeyPair.private", 32],
	["advSecretKey", 32],
	[
		"account.accountSignatureKey",
		32,
		33
	]
];
/** Baileys' protobuf classes write these as base64 without a mark. */
const SIGNATURES = [["account.accountSignature", 64], ["account.deviceSignature", 64]];
const COUNTERS = [
	"registrationId",
	"signedPreKey.keyId",
	"nextPreKeyId",
	"firstUnuploadedPreKeyId"
];
function firstDefect(value) {
	const there = KEYS_IF_THERE.filter(([path]) => (at(value, path) ?? null) !== null);
	for (const [path, ...lengths] of [
		...KEYS,
		...SIGNATURES,
		...there
	]) {
		const found = lengthOf(at(value, path), path);
		if (!lengths.includes(found ?? -1)) return `${path} ${lengthDefect(found, lengths)}`;
	}
	if (lengthOf(at(value, "account.details"), "account.details") === void 0) return "account.details is missing";
	const counter = COUNTERS.find((path) => !isCounter(at(value, path)));
	if (counter !== void 0) return `${counter} is not a number`;
	if (!/^\d+(?:_\d+)?(?::\d+)?@[a-z.]+$/.test(String(at(value, "me.id")))) return "me.id is not a JID";
	const { lid } = value["me"];
	if (lid !== void 0 && lid !== null && typeof lid !== "string") return "me.lid is not a JID";
}
function lengthDefect(found, lengths) {
	if (found === void 0) return "is missing";
	return found === 0 ? "is empty" : `has ${found} bytes instead of ${lengths.join(" or ")}`;
}
const IN_TEXT = /* @__PURE__ */ new Set(["advSecretKey"]);
function lengthOf(value, path) {
	if (value instanceof Uint8Array) return value.length;
	return (path.startsWith("account.") || IN_TEXT.has(path)) && typeof value === "string" ? Buffer.from(value, "base64").length : void 0;
}
function at(value, path) {
	return path.split(".").reduce((inner, name) => isObject(inner) ? inner[name] : void 0, value);
}
function isCounter(value) {
	return Number.isSafeInteger(value) && Number(value) >= 0;
}
function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
function damaged(what) {
	return {
		ok: false,
		defect: {
			what,
			advice: CREDENTIALS_LOST
		}
	};
}
function neverLinked(what) {
	return {
		ok: false,
		defect: {
			what,
			advice: NEVER_LINKED
		}
	};
}
// src/store/folder/key-values.ts
/**
* The value as `useMultiFileAuthState` gives it to Baileys; undefined when Baileys could not use it.
* In `app-state-sync-key` files the protobuf class wrote byte strings and long numbers as text, and Baileys makes them
* anew when it reads (lib/Utils/use-multi-file-auth-state.js).
*/
function keyValue(type, value) {
	if (type !== "app-state-sync-key") return value;
	const { keyData, timestamp, ...rest } = value;
	const bytes = typeof keyData === "string" ? Buffer.from(keyData, "base64") : keyData;
	if (!(bytes instanceof Uint8Array) || bytes.length === 0) return void 0;
	return {
		...rest,
		keyData: bytes,
		...timestamp === void 0 ? {} : { timestamp: numberOf(timestamp) }
	};
}
function numberOf(long) {
	const number = typeof long === "string" && /^-?\d+$/.test(long) ? Number(long) : NaN;
	return Number.isSafeInteger(number) ? number : long;
}
function isKeyPair(value) {
	if (typeof value !== "object" || value === null) return false;
	const { public: publicKey, private: privateKey, ...rest } = value;
	return isKey(publicKey) && isKey(privateKey) && Object.keys(rest).length === 0;
}
function isKey(value) {
	return value instanceof Uint8Array && value.length === 32;
}
// src/store/folder/read.ts
/** Bytes. The largest real files, `creds.json` and old sessions, have some 100 KB. */
const MAX_FILE_BYTES = 1 << 20;
const MAX_FILES = 5e4;
const WHICH_FOLDER = "Give the path of the folder that useMultiFileAuthState made: the one that holds creds.json.";
/** The folder's own path, without links. */
async function resolvedFolder(folder) {
	let isFolder;
	let path;
	try {
		path = await realpath(folder);
		isFolder = (await stat(path)).isDirectory();
	} catch (thrown) {
		const code = failureCode(thrown);
		throw brokenFolder(code === "ENOENT" ? "there is no such folder" : `no such folder (${code})`, WHICH_FOLDER);
	}
	if (!isFolder) throw brokenFolder("this is a file, not a folder", WHICH_FOLDER);
	return path;
}
/** All that lies in a folder, in the order of the names. */
async function entriesOf(path, limit = MAX_FILES) {
	const entries = [];
	try {
		for await (const entry of await opendir(path, { bufferSize: 512 })) {
			entries.push({
				name: entry.name,
				odd: oddness(entry)
			});
			if (entries.length > limit) break;
		}
	} catch (thrown) {
		throw brokenFolder(`the folder cannot be read (${failureCode(thrown)})`, "Give this user the right to read the folder.");
	}
	if (entries.length > limit) throw brokenFolder(`the folder holds more than ${limit} files`, "Move what Baileys did not write out of it.");
	return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}
function oddness(entry) {
	if (entry.isFile()) return void 0;
	if (entry.isSymbolicLink()) return "a symbolic link";
	return entry.isDirectory() ? "a folder" : "not a regular file";
}
/** Looks again at what it opened: a link or a pipe may have come in the file's place. */
async function contentOf(path) {
	let file;
	try {
		file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
	} catch (thrown) {
		return unreadable(thrown);
	}
	try {
		const { size } = await file.stat().then((found) => found.isFile() ? found : { size: void 0 });
		if (size === void 0) return defect("is not a regular file");
		if (size > MAX_FILE_BYTES) return defect("is larger than 1 MiB");
		if (size === 0) return defect("is empty");
		return {
			ok: true,
			text: (await readUpTo(file, size)).toString("utf8")
		};
	} catch (thrown) {
		return unreadable(thrown);
	} finally {
		await file.close();
	}
}
/** No further than it was long: a file that grows meanwhile is not read for ever. */
async function readUpTo(file, size) {
	const bytes = Buffer.alloc(size);
	let length = 0;
	while (length < size) {
		const { bytesRead } = await file.read(bytes, length, size - length, length);
		if (bytesRead === 0) break;
		length += bytesRead;
	}
	return bytes.subarray(0, length);
}
function defect(what) {
	return {
		ok: false,
		defect: { what }
	};
}
function unreadable(thrown) {
	const code = failureCode(thrown);
	if (code === "ENOENT") return defect("is missing");
	if (code === "ELOOP") return defect("is a symbolic link");
	return defect(`cannot be read (${code})`);
}
// src/store/folder/contents.ts
/** Characters in all files together; they are held in memory until the transaction. */
const MAX_CHARACTERS = 256 << 20;
/** The thread pool that reads files has four threads, and others need it too. */
const AT_ONCE = 4;
const KEY_LOST = "Stop the bot that uses the folder and try again. If the file stays as it is, restore it from a backup or move it away.";
/** @throws StoreError broken-folder */
async function readFolder(path) {
	const entries = await entriesOf(path);
	const budget = budgetOf(MAX_CHARACTERS);
	const credentials = await readCredentials(path, entries, budget);
	const others = entries.filter(({ name }) => name !== CREDENTIALS_FILE);
	const keys = [];
	const skipped = [];
	for (let from = 0; from < others.length; from += AT_ONCE) {
		const some = others.slice(from, from + AT_ONCE);
		for (const read of await Promise.all(some.map((entry) => readEntry(path, entry, budget)))) if ("reason" in read) skipped.push(read);
		else keys.push(read);
	}
	return {
		credentials,
		keys,
		skipped
	};
}
async function readCredentials(path, entries, budget) {
	const entry = entries.find(({ name }) => name === CREDENTIALS_FILE);
	if (entry === void 0) throw brokenFile(CREDENTIALS_FILE, {
		what: "is missing",
		advice: WHICH_FOLDER
	});
	const parsed = await parse(path, entry, budget);
	if (!parsed.ok) throw brokenFile(CREDENTIALS_FILE, {
		advice: CREDENTIALS_LOST,
		...parsed.defect
	});
	const checked = checkedCredentials(parsed.value);
	if (!checked.ok) throw brokenFile(CREDENTIALS_FILE, checked.defect);
	return checked.credentials;
}
/** Files of types that Baileys writes are whole, or the folder is broken; others are left aside when they are not. */
async function readEntry(path, entry, budget) {
	const { name } = entry;
	const named = keyOf(name);
	if (!named.ok) return {
		file: name,
		reason: entry.odd ?? named.reason
	};
	const parsed = await parse(path, entry, budget);
	const { known, type } = named.key;
	if (!parsed.ok) {
		if (known) throw brokenFile(name, {
			advice: KEY_LOST,
			...parsed.defect
		});
		return {
			file: name,
			reason: `not a file that Baileys writes: it ${parsed.defect.what}`
		};
	}
	if (parsed.value === null) return {
		file: name,
		reason: "holds no key"
	};
	const value = keyValue(type, parsed.value);
	if (value === void 0) throw brokenFile(name, {
		advice: KEY_LOST,
		what: "holds no key of its type"
	});
	return {
		...named.key,
		value
	};
}
async function parse(path, { name, odd }, budget) {
	if (odd !== void 0) return {
		ok: false,
		defect: { what: `is ${odd}` }
	};
	const content = await contentOf(join(path, name));
	if (!content.ok) return content;
	budget.take(content.text.length);
	try {
		return {
			ok: true,
			value: readBufferJson(content.text)
		};
	} catch {
		return {
			ok: false,
			defect: { what: "does not hold what Baileys writes: it is cut off or damaged" }
		};
	}
}
function budgetOf(limit) {
	let left = limit;
	return { take(characters) {
		left -= characters;
		if (left >= 0) return;
		throw brokenFolder(`the files of the folder hold more than ${limit >> 20} MiB together`, "Move what Baileys did not write out of it.");
	} };
}
// src/store/folder/import.ts
async function importFolder(sessions, clock, folder, session) {
	const path = checkedPath(folder);
	const live = await sessions.live(session);
	if (live !== void 0) refuseLive([live.row], session, "imported", "import the folder");
	const { credentials, keys, skipped } = await readFolder(await resolvedFolder(path));
	await sessions.adopt({
		session,
		deviceName: "",
		credentials,
		...await sorted(keys),
		createdAt: clock.now(),
		pairedPreKeyId: credentials.firstUnuploadedPreKeyId,
		confirmed: true
	});
	return {
		jid: credentials.me?.id ?? "",
		keys: keys.length,
		skipped
	};
}
/** Pre-keys into the block that fresh links have, everything else by type and id. */
async function sorted(all) {
	const preKeys = [];
	const keys = /* @__PURE__ */ new Map();
	for (const [index, { type, id, value }] of all.entries()) {
		const number = type === "pre-key" ? preKeyNumber(id) : void 0;
		if (number !== void 0 && isKeyPair(value)) preKeys.push({
			id: number,
			keyPair: value
		});
		else keys.set(type, (keys.get(type) ?? /* @__PURE__ */ new Map()).set(id, pack(value)));
		if (index % 100 === 99) await nextTurn();
	}
	return {
		preKeys,
		keys
	};
}
// src/store/internals.ts
init_errors();
const internals = /* @__PURE__ */ new WeakMap();
/** Only for what makes stores. */
function rememberInternals(store, inner) {
	internals.set(store, inner);
}
/**
* The inner side of a store.
* @throws LinkError invalid-options for anything that `openStore()` of this copy of the package did not make
*/
function internalsOf(store) {
	const inner = typeof store === "object" && store !== null ? internals.get(store) : void 0;
	if (inner !== void 0) return inner;
	throw new LinkError("invalid-options", "store must come from openStore()", { advice: "Make the store with `await openStore(…)` from paircode/store, of the same copy of paircode." });
}
// src/store/link-values.ts
function createLinkValues(backend, codec, of) {
	const stored = createStoredValues(backend, codec, of);
	const pending = [];
	let running;
	const write = (change) => new Promise((resolve, reject) => {
		pending.push({
			change,
			resolve,
			reject
		});
		running ??= run();
	});
	const run = async () => {
		await nextTurn();
		while (pending.length > 0) {
			const batch = [...pending];
			try {
				await backend.commit(await stored.writesOf(batch.map(({ change }) => change)));
				for (const { resolve } of batch) resolve();
			} catch (thrown) {
				for (const { reject } of batch) reject(thrown);
			} finally {
				pending.splice(0, batch.length);
			}
		}
		running = void 0;
	};
	/** `packed` of the newest write on its way: null when it deletes, undefined when none touches the key. */
	const onItsWay = (type, id) => {
		for (const { change } of pending.toReversed()) {
			if (change.type === "clear") return null;
			const packed = change.type === "keys" ? change.keys.get(type)?.get(id) : void 0;
			if (packed !== void 0) return packed;
		}
	};
	return {
		async readCredentials() {
			for (const { change } of pending.toReversed()) if (change.type === "credentials") return unpack(change.packed);
			return stored.readCredentials();
		},
		writeCredentials: (packed) => write({
			type: "credentials",
			packed
		}),
		async readKeys(type, ids) {
			const newest = new Map(ids.map((id) => [id, pending.length === 0 ? void 0 : onItsWay(type, id)]));
			const rest = [...newest.keys()].filter((id) => newest.get(id) === void 0);
			const found = new Map(rest.length === 0 ? [] : await stored.readKeys(type, rest));
			for (const [id, packed] of newest) if (packed) found.set(id, unpack(packed));
			return found;
		},
		async readAll() {
			if (pending.length > 0) await Promise.allSettled([write({
				type: "keys",
				keys: /* @__PURE__ */ new Map()
			})]);
			return stored.readAll();
		},
		writeKeys: (keys) => write({
			type: "keys",
			keys
		}),
		clearKeys: () => write({ type: "clear" }),
		settled: async () => running
	};
}
// src/store/records.ts
function createRecords(backend, seal, lookup) {
	return { update(kind, key, read, change) {
		const hashed = lookup("record", kind, key);
		const place = `record\0${kind}\0${hashed.toString("hex")}`;
		return backend.update(kind, hashed, (sealed, now) => {
			const { put, drop, result } = change(sealed === void 0 ? void 0 : read(JSON.parse(seal.open(sealed, place).toString("utf8"))), now);
			if (put === void 0) return {
				result,
				drop: drop === true
			};
			return {
				put: {
					value: seal.seal(Buffer.from(JSON.stringify(put.value), "utf8"), place),
					expiresAt: put.expiresAt
				},
				result
			};
		});
	} };
}
// src/store/session-name.ts
init_errors();
const SESSION_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/**
* The name, when it is one: 1 to 64 small letters, digits, dots, dashes or underscores, a letter or digit first.
* @throws LinkError invalid-session
*/
function checkedSessionName(session) {
	if (typeof session === "string" && SESSION_NAME.test(session)) return session;
	throw new LinkError("invalid-session", `not a session name: ${shown(session)}`);
}
/** Somebody may have put a telephone number here by mistake: digits are not repeated. */
function shown(session) {
	if (typeof session !== "string") return `a value of type ${session === null ? "null" : typeof session}`;
	return JSON.stringify(session.slice(0, 80).replace(/\d/g, "•"));
}
// src/store/sessions.ts
init_errors();
function createSessions(backend, seal, codec, clock) {
	/** Changes on their way, so that a read sees every change that was called before it. */
	const changing = /* @__PURE__ */ new Map();
	const change = async (session, decide) => {
		const changed = backend.change(session, (links) => ({
			writes: [...decide(links), sweep(clock.now())],
			result: void 0
		}));
		const settled = Promise.allSettled([changing.get(session), changed]);
		changing.set(session, settled);
		settled.then(() => {
			if (changing.get(session) === settled) changing.delete(session);
		});
		await changed;
	};
	const linksOf = async (session) => {
		await changing.get(session);
		return backend.readLinks(session);
	};
	const add = async (fresh) => {
		refuseUnsigned(fresh);
		const { row, values } = sealedLink(seal, codec, fresh);
		await change(fresh.session, (links) => [...replace(links, row, clock.now()), ...values]);
		return row;
	};
	return {
		async list(archived) {
			await Promise.all(changing.values());
			const links = await backend.readLinks();
			return (archived ? archivedOf(links, clock.now()) : links.filter((row) => row.listed).sort(byName)).map((row) => infoOf(seal, row));
		},
		async get(session) {
			const row = listedOf(await linksOf(checkedSessionName(session)));
			return row === void 0 ? void 0 : infoOf(seal, row);
		},
		remove: async (session) => {
			checkedSessionName(session);
			await change(session, (links) => remove(links, session, clock.now()));
		},
		restore: async (session) => {
			checkedSessionName(session);
			await change(session, (links) => restore(links, session, clock.now()));
		},
		saveLinked: async ({ session, deviceName, credentials, preKeys, at }) => {
			checkedSessionName(session);
			const pairedPreKeyId = credentials.firstUnuploadedPreKeyId;
			const createdAt = at.getTime();
			await add({
				session,
				deviceName,
				credentials,
				preKeys,
				createdAt,
				pairedPreKeyId,
				confirmed: false
			});
		},
		confirm: (session, at) => change(session, (links) => confirm(links, session, at.getTime())),
		withdraw: (session) => change(session, (links) => withdraw(links, session)),
		retire: (session, ended) => change(session, (links) => retire(links, session, ended, clock.now())),
		add,
		adopt: async (fresh) => {
			refuseUnsigned(fresh);
			const { row, values } = await sealedLargeLink(seal, codec, fresh);
			await change(fresh.session, (links) => [...adopt(links, row, clock.now()), ...values]);
		},
		async live(session) {
			const row = liveOf(await linksOf(session));
			return row === void 0 ? void 0 : {
				row,
				details: openDetails(seal, row)
			};
		},
		note: (of, details, confirmedAt) => change(of.session, (links) => {
			const live = liveOf(links);
			if (live?.link !== of.link) return [];
			const seen = confirmedAt === void 0 ? {} : {
				confirmed: true,
				lastOnlineAt: confirmedAt
			};
			return [{
				type: "put-link",
				row: {
					...live,
					...seen,
					details: sealDetails(seal, of, details)
				}
			}];
		})
	};
}
function refuseUnsigned({ credentials }) {
	if (!isSigned(credentials)) throw new StoreError("store-error", "credentials without a signed account are never stored");
}
function byName(a, b) {
	return a.session < b.session ? -1 : 1;
}
// src/store/store.ts
/** How long `close()` waits for those who asked to be told before it. */
const CLOSING_MS = 1e4;
function assembleStore({ kind, backend: database, unlocked, clock }) {
	const { seal, codec, lookup, recordSeal } = unlocked;
	const backend = guarded(database, clock);
	const records = createRecords(backend, recordSeal, lookup);
	const sessions = createSessions(backend, seal, codec, clock);
	const leases = createLeases(records, clock);
	const inUse = /* @__PURE__ */ new Map();
	const hooks = /* @__PURE__ */ new Set();
	let closing;
	const valuesOf = ({ session, link }) => {
		const values = inUse.get(link) ?? createLinkValues(backend, codec, {
			session,
			link
		});
		inUse.set(link, values);
		return values;
	};
	const close = async () => {
		await within(clock, CLOSING_MS, Promise.allSettled([...hooks].map(async (hook) => hook())));
		await leases.close();
		await Promise.all([...inUse.values()].map((values) => values.settled()));
		await backend.close();
	};
	const store = {
		list: ({ archived = false } = {}) => sessions.list(archived),
		get: sessions.get,
		remove: sessions.remove,
		restore: sessions.restore,
		authState: async (session) => openAuthState(sessions, valuesOf, clock, checkedSessionName(session)),
		importFolder: async (folder, session) => importFolder(sessions, clock, folder, checkedSessionName(session)),
		exportFolder: async (session, folder) => exportFolder(sessions, valuesOf, checkedSessionName(session), folder),
		close: () => {
			closing ??= close();
			return closing;
		},
		[Symbol.asyncDispose]: () => store.close(),
		toJSON: () => ({ store: kind })
	};
	Object.defineProperty(store, inspect.custom, { value: () => `Store { ${kind} }` });
	rememberInternals(store, {
		clock,
		limits: createCodeLimits(records),
		saveLinked: sessions.saveLinked,
		confirm: sessions.confirm,
		withdraw: sessions.withdraw,
		retire: sessions.retire,
		acquire: leases.acquire,
		beforeClose: (hook) => {
			hooks.add(hook);
			return () => hooks.delete(hook);
		}
	});
	return store;
}
/** Waits for `done`, but not longer than `ms`. */
function within(clock, ms, done) {
	return new Promise((resolve) => {
		const handle = clock.setTimeout(resolve, ms);
		done.finally(() => {
			clock.clearTimeout(handle);
			resolve();
		});
	});
}
// src/store/sqlite/connection.ts
/** How a connection that is written through behaves. Reads the file, so it can meet another process's lock. */
function configure(connection) {
	connection.exec(SETTINGS);
}
/**
* Not with the package: 20 ms. By `require`, which is quicker than the ES loader and can be done while the disk is asked
* for something else.
*/
function loadLibsql() {
	loaded ??= createRequire(import.meta.url)("libsql");
	return loaded;
}
/** Opens an existing file. */
function connect(file) {
	const database = new (loadLibsql())(file, { timeout: BLOCKING_WAIT_MS });
	const statements = /* @__PURE__ */ new Map();
	const prepared = (sql) => {
		const statement = statements.get(sql) ?? database.prepare(sql);
		statements.set(sql, statement);
		return statement;
	};
	return {
		exec: (sql) => {
			database.exec(sql);
		},
		run: (sql, parameters = []) => {
			prepared(sql).run(parameters);
		},
		all: (sql, parameters = []) => prepared(sql).all(parameters).map(rowOf),
		first: (sql, parameters = []) => prepared(sql).all(parameters).map(rowOf)[0],
		get inTransaction() {
			return database.inTransaction;
		},
		close: () => {
			statements.clear();
			database.close();
		}
	};
}
/** `all()` gives blobs as ArrayBuffers (measured; `get()` gives Buffers), which cannot be bound again. */
function rowOf(raw) {
	const row = raw;
	for (const column of Object.keys(row)) {
		const value = row[column];
		if (value instanceof ArrayBuffer) row[column] = Buffer.from(value);
	}
	return row;
}
var BLOCKING_WAIT_MS, SETTINGS, loaded;
var init_connection = __esmMin((() => {
	BLOCKING_WAIT_MS = 5;
	SETTINGS = `
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA foreign_keys = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA wal_autocheckpoint = 256;
`;
}));
// src/store/sqlite/failure.ts
/** True for failures that pass when another process is done. */
function isBusy(thrown) {
	const code = primaryCode(thrown);
	return code === BUSY || code === LOCKED;
}
/** Anything that the database threw, as a StoreError. */
function asStoreError(thrown) {
	if (thrown instanceof StoreError) return thrown;
	const code = primaryCode(thrown);
	if (code === NOT_A_DATABASE) return new StoreError("not-a-store", "the file is not a database", { cause: thrown });
	const advice = code === void 0 ? void 0 : ADVICE.get(code);
	const message = `SQLite: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
	return new StoreError("store-error", message, {
		cause: thrown,
		...advice === void 0 ? {} : { advice }
	});
}
/** A failed open comes without a code, and with it at the end of its message: `…sessions.db: 14")`. */
function primaryCode(thrown) {
	if (!(thrown instanceof Error)) return void 0;
	if ("rawCode" in thrown && typeof thrown.rawCode === "number") return thrown.rawCode & 255;
	const atEnd = /^ConnectionFailed.*: (\d+)"\)$/s.exec(thrown.message)?.[1];
	return atEnd === void 0 ? void 0 : Number(atEnd) & 255;
}
var BUSY, LOCKED, READ_ONLY, IO_ERROR, CORRUPT, FULL, CANNOT_OPEN, NOT_A_DATABASE, ADVICE;
var init_failure = __esmMin((() => {
	init_errors();
	BUSY = 5;
	LOCKED = 6;
	READ_ONLY = 8;
	IO_ERROR = 10;
	CORRUPT = 11;
	FULL = 13;
	CANNOT_OPEN = 14;
	NOT_A_DATABASE = 26;
	ADVICE = /* @__PURE__ */ new Map([
		[BUSY, "Another process keeps the database locked. Close programs that have it open, then try again."],
		[LOCKED, "Another process keeps the database locked. Close programs that have it open, then try again."],
		[READ_ONLY, "The database or its folder is read-only. Give this user the right to write both."],
		[IO_ERROR, "The disk failed to read or write. Check the disk, then restore the store from a backup if need be."],
		[CORRUPT, "The database is damaged. Restore it from a backup."],
		[FULL, "The disk is full. Make room, then try again."],
		[CANNOT_OPEN, "The database cannot be opened. Check that this user may read and write it and its folder."]
	]);
}));
// src/store/sqlite/lock.ts
/**
* Runs `attempt` until no other process's lock is in the way, 5 s at most. Each attempt must leave nothing behind.
* @throws StoreError
*/
async function whenUnlocked(attempt, patienceMs = PATIENCE_MS) {
	const giveUpAt = now() + patienceMs;
	for (;;) {
		try {
			return attempt();
		} catch (thrown) {
			if (!isBusy(thrown) || now() >= giveUpAt) throw asStoreError(thrown);
		}
		await new Promise((resolve) => later(resolve, RETRY_MS * (.5 + Math.random())));
	}
}
var PATIENCE_MS, RETRY_MS, later, now;
var init_lock = __esmMin((() => {
	init_failure();
	PATIENCE_MS = 5e3;
	RETRY_MS = 10;
	later = setTimeout;
	now = Date.now;
}));
// src/store/sqlite/migrations.ts
var APPLICATION_ID, MIGRATIONS;
var init_migrations = __esmMin((() => {
	APPLICATION_ID = 1348561266;
	MIGRATIONS = [`
  CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE links (
    link INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    listed INTEGER NOT NULL,
    confirmed INTEGER NOT NULL,
    ended TEXT,
    kept INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    last_online_at INTEGER,
    archived_at INTEGER,
    replaced INTEGER,
    details BLOB NOT NULL
  ) STRICT;
  CREATE INDEX links_by_session ON links (session);
  CREATE UNIQUE INDEX one_listed_link ON links (session) WHERE listed = 1;
  CREATE INDEX links_by_archived_at ON links (archived_at) WHERE archived_at IS NOT NULL;

  CREATE TABLE link_values (
    link INTEGER NOT NULL REFERENCES links (link) ON DELETE CASCADE,
    lookup BLOB NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (link, lookup)
  ) STRICT;

  CREATE TABLE records (
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    value BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX records_by_expires_at ON records (expires_at);
  `];
}));
// src/store/sqlite/migrate.ts
/** @throws StoreError newer-schema */
function schemaVersion(connection) {
	const version = Number(connection.first("PRAGMA user_version")?.["user_version"]);
	if (version <= MIGRATIONS.length) return version;
	throw new StoreError("newer-schema", `the store has schema ${version}; this paircode knows up to ${MIGRATIONS.length}`);
}
/**
* Brings the tables up to date and puts the check value if there is none, in one transaction: of two that start at
* once, the second finds the work done. Made before the switch to WAL, so that the file itself says from its first
* moment whose it is.
*/
async function migrate(connection, check) {
	const stored = await whenUnlocked(() => inTransaction(connection, () => migrated(connection, check)));
	await whenUnlocked(() => useWriteAheadLog(connection));
	return stored;
}
function useWriteAheadLog(connection) {
	const mode = connection.first("PRAGMA journal_mode = WAL")?.["journal_mode"];
	if (mode === "wal") return;
	throw new StoreError("store-error", `the file system of the store cannot share memory (journal mode ${String(mode)})`, { advice: "Put the store on a local disk: network file systems cannot keep it safe." });
}
function migrated(connection, check) {
	const version = schemaVersion(connection);
	for (const migration of MIGRATIONS.slice(version)) connection.exec(migration);
	if (version < MIGRATIONS.length) connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
	const stored = storedCheck(connection);
	if (stored !== void 0) return stored;
	connection.run(`INSERT INTO meta (name, value) VALUES ('check', ?)`, [check]);
	return check;
}
function storedCheck(connection) {
	return connection.first(`SELECT value AS value FROM meta WHERE name = 'check'`)?.["value"];
}
function inTransaction(connection, work) {
	connection.exec("BEGIN IMMEDIATE");
	try {
		const result = work();
		connection.exec("COMMIT");
		return result;
	} catch (thrown) {
		if (connection.inTransaction) connection.exec("ROLLBACK");
		throw thrown;
	}
}
var init_migrate = __esmMin((() => {
	init_errors();
	init_lock();
	init_migrations();
}));
// src/store/sqlite/writer.ts
function createWriter(connection) {
	const queue = [];
	let draining;
	const drain = async () => {
		while (queue.length > 0) {
			await new Promise((resolve) => soon(resolve));
			await transaction(nextGroup());
		}
		draining = void 0;
	};
	const nextGroup = () => {
		let rows = 0;
		let count = 0;
		while (count < queue.length && (count === 0 || rows < MAX_ROWS)) rows += queue[count++]?.rows ?? 0;
		return queue.splice(0, count);
	};
	const transaction = async (jobs) => {
		let outcomes;
		try {
			await whenUnlocked(() => connection.exec("BEGIN IMMEDIATE"));
			outcomes = jobs.map((job) => jobs.length === 1 ? outcomeOf(job) : outcomeInSavepoint(job));
			connection.exec("COMMIT");
		} catch (thrown) {
			rollBack(connection);
			for (const { reject } of jobs) reject(thrown instanceof Refused ? thrown.reason : asStoreError(thrown));
			return;
		}
		for (const outcome of outcomes) if ("refused" in outcome) outcome.job.reject(outcome.refused);
		else outcome.job.resolve(outcome.result);
	};
	const outcomeOf = (job) => {
		try {
			return {
				job,
				result: job.run()
			};
		} catch (reason) {
			throw new Refused(reason);
		}
	};
	const outcomeInSavepoint = (job) => {
		connection.exec("SAVEPOINT job");
		try {
			const result = job.run();
			connection.exec("RELEASE job");
			return {
				job,
				result
			};
		} catch (reason) {
			if (!connection.inTransaction) throw reason;
			connection.exec("ROLLBACK TO job; RELEASE job");
			return {
				job,
				refused: asRefusal(reason)
			};
		}
	};
	return {
		write: (rows, run) => new Promise((resolve, reject) => {
			queue.push({
				rows,
				run,
				resolve: (result) => resolve(result),
				reject
			});
			draining ??= drain();
		}),
		idle: async () => draining
	};
}
/** Errors of this package pass; what SQLite threw gets a name. */
function asRefusal(reason) {
	if (reason instanceof StoreError || !isSqlite(reason)) return reason;
	return asStoreError(reason);
}
function isSqlite(thrown) {
	return thrown instanceof Error && "rawCode" in thrown;
}
function rollBack(connection) {
	if (!connection.inTransaction) return;
	try {
		connection.exec("ROLLBACK");
	} catch {}
}
var MAX_ROWS, soon, Refused;
var init_writer = __esmMin((() => {
	init_errors();
	init_failure();
	init_lock();
	MAX_ROWS = 500;
	soon = setImmediate;
	Refused = class extends Error {
		reason;
		constructor(reason) {
			super("refused");
			this.reason = asRefusal(reason);
		}
	};
}));
// src/store/sqlite/database.ts
function sqliteBackend(connection, clock) {
	const writer = createWriter(connection);
	return {
		readCheck: () => whenUnlocked(() => schemaVersion(connection) === 0 ? void 0 : storedCheck(connection)),
		prepare: (check) => migrate(connection, check),
		replaceCheck: (old, check) => writer.write(1, () => {
			if (!Buffer.from(old).equals(storedCheck(connection) ?? Buffer.alloc(0))) return false;
			connection.run(`UPDATE meta SET value = ? WHERE name = 'check'`, [check]);
			return true;
		}),
		readLinks: (session) => whenUnlocked(() => readLinks(connection, session)),
		readValues: (link, lookups) => whenUnlocked(() => readValues(connection, link, lookups)),
		scanValues: (link, after, limit) => whenUnlocked(() => scanValues(connection, link, after, limit)),
		commit: (writes) => writer.write(writes.length, () => apply(connection, writes)),
		change: (session, decide) => writer.write(1, () => {
			const { writes, result } = decide(readLinks(connection, session));
			apply(connection, writes);
			return result;
		}),
		update: (kind, key, decide) => writer.write(1, () => update(connection, kind, key, (old) => decide(old, clock.now()))),
		close: async () => {
			await writer.idle();
			emptyLog(connection);
			connection.close();
		}
	};
}
/**
* libsql has no way to finalise statements, so SQLite's own clean-up at the close waits until they are collected. With
* the log empty, a copy of the file alone is a whole store.
*/
function emptyLog(connection) {
	try {
		connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
	} catch {}
}
function readLinks(connection, session) {
	return (session === void 0 ? connection.all(SELECT_LINKS) : connection.all(`${SELECT_LINKS} WHERE session = ?`, [session])).map(linkOf);
}
/** Columns are typed by the schema (STRICT), which only this package writes. */
function linkOf(row) {
	return {
		link: row["link"],
		session: row["session"],
		listed: row["listed"] === 1,
		confirmed: row["confirmed"] === 1,
		ended: row["ended"],
		kept: row["kept"] === 1,
		createdAt: row["created_at"],
		lastOnlineAt: row["last_online_at"],
		archivedAt: row["archived_at"],
		replaced: row["replaced"],
		details: row["details"]
	};
}
function linkParameters(row) {
	return [
		row.link,
		row.session,
		Number(row.listed),
		Number(row.confirmed),
		row.ended,
		Number(row.kept),
		row.createdAt,
		row.lastOnlineAt,
		row.archivedAt,
		row.replaced,
		row.details
	];
}
function readValues(connection, link, lookups) {
	if (lookups.length === 1) return [connection.first("SELECT value AS value FROM link_values WHERE link = ? AND lookup = ?", [link, lookups[0]])?.["value"]];
	const found = /* @__PURE__ */ new Map();
	for (let from = 0; from < lookups.length; from += LOOKUPS) {
		const some = lookups.slice(from, from + LOOKUPS);
		const padded = Array.from({ length: LOOKUPS }, (_, index) => some[index] ?? some.at(-1));
		for (const row of connection.all(SELECT_VALUES, [link, ...padded])) found.set(hex(row["lookup"]), row["value"]);
	}
	return lookups.map((lookup) => found.get(hex(lookup)));
}
function scanValues(connection, link, after, limit) {
	return connection.all("SELECT lookup AS lookup, value AS value FROM link_values WHERE link = ? AND lookup > ? ORDER BY lookup LIMIT ?", [
		link,
		after ?? Buffer.alloc(0),
		limit
	]).map((row) => ({
		lookup: row["lookup"],
		value: row["value"]
	}));
}
function apply(connection, writes) {
	/** Asked once for each link, not for each of its values: a quarter of the time of 812 rows. */
	const kept = /* @__PURE__ */ new Map();
	for (const write of writes) {
		if (write.type !== "put-value") {
			kept.clear();
			applyOne(connection, write);
			continue;
		}
		const known = kept.get(write.link) ?? isKept(connection, write.link);
		kept.set(write.link, known);
		if (known) connection.run(PUT_VALUE, [
			write.link,
			write.lookup,
			write.value
		]);
	}
}
function isKept(connection, link) {
	return connection.first("SELECT 1 AS kept FROM links WHERE link = ? AND kept = 1", [link]) !== void 0;
}
function applyOne(connection, write) {
	switch (write.type) {
		case "put-link": return connection.run(PUT_LINK, linkParameters(write.row));
		case "drop-link": return connection.run("DELETE FROM links WHERE link = ?", [write.link]);
		case "swap-value": return connection.run("UPDATE link_values SET value = ? WHERE link = ? AND lookup = ? AND value = ?", [
			write.value,
			write.link,
			write.lookup,
			write.old
		]);
		case "drop-value": return connection.run("DELETE FROM link_values WHERE link = ? AND lookup = ?", [write.link, write.lookup]);
		case "drop-values": return connection.run("DELETE FROM link_values WHERE link = ? AND lookup <> ?", [write.link, write.except]);
		case "purge": return purge(connection, write.archivedBefore, write.expiredBefore);
	}
}
function purge(connection, archivedBefore, expiredBefore) {
	connection.run("DELETE FROM links WHERE listed = 0 AND archived_at <= ?", [archivedBefore]);
	connection.run("DELETE FROM link_values WHERE link IN (SELECT link FROM links WHERE listed = 1 AND archived_at <= ?)", [archivedBefore]);
	connection.run("UPDATE links SET kept = 0, archived_at = NULL WHERE listed = 1 AND archived_at <= ?", [archivedBefore]);
	connection.run("DELETE FROM records WHERE expires_at <= ?", [expiredBefore]);
}
function update(connection, kind, key, decide) {
	const row = connection.first("SELECT value AS value FROM records WHERE kind = ? AND key = ?", [kind, key]);
	const { put, drop, result } = decide(row?.["value"]);
	if (put !== void 0) connection.run(`INSERT INTO records (kind, key, value, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`, [
		kind,
		key,
		put.value,
		put.expiresAt
	]);
	else if (drop === true && row !== void 0) connection.run("DELETE FROM records WHERE kind = ? AND key = ?", [kind, key]);
	return result;
}
function hex(bytes) {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
var LOOKUPS, LINK_COLUMNS, SELECT_LINKS, PUT_LINK, PUT_VALUE, SELECT_VALUES;
var init_database = __esmMin((() => {
	init_lock();
	init_migrate();
	init_writer();
	LOOKUPS = 200;
	LINK_COLUMNS = [
		"link",
		"session",
		"listed",
		"confirmed",
		"ended",
		"kept",
		"created_at",
		"last_online_at",
		"archived_at",
		"replaced",
		"details"
	];
	SELECT_LINKS = `SELECT ${LINK_COLUMNS.join(", ")} FROM links`;
	PUT_LINK = `
  INSERT INTO links (${LINK_COLUMNS.join(", ")}) VALUES (${LINK_COLUMNS.map(() => "?").join(", ")})
  ON CONFLICT (link) DO UPDATE SET ${LINK_COLUMNS.map((column) => `${column} = excluded.${column}`).join(", ")}`;
	PUT_VALUE = `
  INSERT INTO link_values (link, lookup, value) VALUES (?, ?, ?)
  ON CONFLICT (link, lookup) DO UPDATE SET value = excluded.value`;
	SELECT_VALUES = `
  SELECT lookup AS lookup, value AS value FROM link_values
  WHERE link = ? AND lookup IN (${Array.from({ length: LOOKUPS }, () => "?").join(", ")})`;
}));
// src/store/sqlite/file.ts
/**
* Looks at the file, or makes an empty one (mode 600), with its folder if that is missing (mode 700, kept out of git).
* @throws StoreError not-a-store, store-error
*/
async function databaseFile(path) {
	const wanted = resolve(path);
	try {
		await makeFolder$1(dirname(wanted));
		makeEmptyFile(wanted);
		const real = await realpath(wanted);
		const { size } = await checkedFile(real, path);
		if (size === 0) return {
			path: real,
			holds: "nothing"
		};
		await checkOwner(real, path);
		return {
			path: real,
			holds: "a-store"
		};
	} catch (thrown) {
		throw thrown instanceof StoreError ? thrown : fileError(thrown, path);
	}
}
async function makeFolder$1(folder) {
	if (await mkdir(folder, {
		recursive: true,
		mode: 448
	}) !== void 0) await writeFile(join(folder, ".gitignore"), "*\n", { mode: 384 });
}
/**
* At one blow: were the file in use in this process already, closing it would drop SQLite's locks on it
* (sqlite.org/howtocorrupt.html, section 2.2). For the same reason it is never read but through SQLite.
*/
function makeEmptyFile(path) {
	try {
		writeFileSync(path, "", {
			flag: "wx",
			mode: 384
		});
	} catch (thrown) {
		if (!isErrno(thrown, "EEXIST") && !isErrno(thrown, "EISDIR")) throw thrown;
	}
}
async function checkedFile(real, path) {
	const found = await stat(real);
	if (!found.isFile()) throw new StoreError("not-a-store", `${path} is not a file`);
	await access(real, constants.R_OK | constants.W_OK);
	await access(dirname(real), constants.W_OK);
	return found;
}
/** `immutable`: no locks, no journal, no recovery, so that a foreign database and what lies beside it stay as they are. */
async function checkOwner(real, path) {
	let owner;
	try {
		const connection = connect(`${pathToFileURL(real).href}?immutable=1`);
		owner = connection.first("PRAGMA application_id")?.["application_id"];
		connection.close();
	} catch (thrown) {
		const failure = asStoreError(thrown);
		if (failure.code !== "not-a-store") throw failure;
		throw new StoreError("not-a-store", `${path} is not a database: it was left as it is`, { cause: thrown });
	}
	if (owner !== 1348561266) throw new StoreError("not-a-store", `${path} is the database of another program: it was left as it is`);
}
/** What the file system refused, in words. */
function fileError(thrown, path) {
	const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
	const reason = REASONS.get(code) ?? (code === "" ? String(thrown) : code);
	return new StoreError("store-error", `the store at ${path} cannot be used: ${reason}`, { cause: thrown });
}
function isErrno(thrown, code) {
	return thrown instanceof Error && "code" in thrown && thrown.code === code;
}
var REASONS;
var init_file = __esmMin((() => {
	init_errors();
	init_connection();
	init_failure();
	init_migrations();
	REASONS = /* @__PURE__ */ new Map([
		["EACCES", "this user may not write it"],
		["EPERM", "this user may not write it"],
		["EROFS", "it is on a read-only disk"],
		["ENOSPC", "the disk is full"],
		["ENOTDIR", "a part of the path is not a folder"],
		["EEXIST", "a part of the path is not a folder"],
		["ELOOP", "its symbolic links go round in circles"],
		["ENAMETOOLONG", "the path is too long"]
	]);
}));
// src/store/sqlite/key-folder.ts
function keyFolder(database) {
	return `${database}.key`;
}
/**
* The key beside the database; undefined when there is none.
* @throws StoreError wrong-key: something is there, but not a key
*/
async function readKey(database) {
	let text;
	try {
		text = await readFile(join(keyFolder(database), "key"), "latin1");
	} catch (thrown) {
		if (isErrno(thrown, "ENOENT")) return void 0;
		throw thrown;
	}
	const key = Buffer.from(text.trim(), "base64");
	if (key.length === 32 && key.toString("base64") === text.trim()) return key;
	throw new StoreError("wrong-key", `${keyFolder(database)}/key is not a key: nothing was touched`, { advice: `Restore ${keyFolder(database)} from the same backup as the database, or open the store with its key.` });
}
function missingKey(database) {
	return new StoreError("wrong-key", `the store is sealed, and its key is gone from ${keyFolder(database)}`, { advice: `Put the folder ${keyFolder(database)} back from a backup, or open the store with its key.` });
}
/** Makes a key; of several that start at once, all get the same. Durable before it is used. */
async function makeKey(database) {
	const folder = keyFolder(database);
	await makeFolder(folder);
	const own = join(folder, `key.${randomBytes(6).toString("hex")}.new`);
	await writeDurably(own, `${randomBytes(32).toString("base64")}\n`);
	try {
		await publish(own, join(folder, "key"));
	} finally {
		await unlink(own).catch(() => {});
	}
	await syncFolder(folder);
	await syncFolder(dirname(folder));
	const key = await readKey(database);
	if (key === void 0) throw missingKey(database);
	return key;
}
async function makeFolder(folder) {
	try {
		await mkdir(folder, { mode: 448 });
	} catch (thrown) {
		if (!isErrno(thrown, "EEXIST")) throw thrown;
	}
	await writeFile(join(folder, ".gitignore"), "*\n", {
		mode: 384,
		flag: "w"
	});
}
async function writeDurably(path, text) {
	const file = await open(path, "wx", 384);
	try {
		await file.writeFile(text);
		await file.sync();
	} finally {
		await file.close();
	}
}
/** A hard link comes to be whole and only once. Where the file system has none, the last of two renames counts. */
async function publish(from, to) {
	try {
		await link(from, to);
	} catch (thrown) {
		if (isErrno(thrown, "EEXIST")) return;
		if (!isErrno(thrown, "EPERM") && !isErrno(thrown, "ENOTSUP") && !isErrno(thrown, "ENOSYS")) throw thrown;
		await rename(from, to);
	}
}
/** Windows cannot open folders, and needs no such call. */
async function syncFolder(folder) {
	if (process.platform === "win32") return;
	const handle = await open(folder, "r");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}
var init_key_folder = __esmMin((() => {
	init_errors();
	init_file();
}));
// src/store/sqlite/open.ts
var open_exports = /* @__PURE__ */ __exportAll({ openSqlite: () => openSqlite });
/** Opens or makes the file; its tables are not touched before the key is known to be right. */
async function openSqlite(path, clock, given) {
	const asked = databaseFile(path);
	asked.catch(() => {});
	loadLibsql();
	const file = await asked;
	const key = given ?? await keyBeside(file, path);
	const connection = connected(file.path);
	try {
		await whenUnlocked(() => configure(connection));
	} catch (thrown) {
		connection.close();
		throw thrown;
	}
	return {
		backend: sqliteBackend(connection, clock),
		key
	};
}
function connected(path) {
	try {
		return connect(path);
	} catch (thrown) {
		throw asStoreError(thrown);
	}
}
async function keyBeside(file, path) {
	try {
		const key = await readKey(file.path);
		if (key !== void 0) return key;
		if (file.holds === "a-store") throw missingKey(file.path);
		return await makeKey(file.path);
	} catch (thrown) {
		throw thrown instanceof StoreError ? thrown : fileError(thrown, path);
	}
}
var init_open = __esmMin((() => {
	init_errors();
	init_connection();
	init_database();
	init_failure();
	init_file();
	init_key_folder();
	init_lock();
}));
// src/store/open.ts
init_errors();
/**
* Opens the store at `url`, and makes it when there is none:
* - `sqlite:./sessions.db`: a file, relative to the working directory
* - `memory:`: gone with the process, for tests and trials
*
* @throws StoreError `wrong-key`, `newer-schema`, `not-a-store`, `store-error`; LinkError `invalid-options`
*/
async function openStore(url, options = {}) {
	const { scheme, rest } = parsedUrl(url);
	const clock = options.clock ?? systemClock;
	const given = await givenKey(options.key);
	const previous = (options.previousKeys ?? []).map((key, index) => checkedKey(key, `previousKeys[${index}]`));
	const { backend, key } = await openBackend(scheme, rest, clock, given);
	try {
		const unlocked = await unlock(backend, createSeal(key, previous));
		await backend.commit([sweep(clock.now())]);
		return assembleStore({
			kind: scheme,
			backend,
			unlocked,
			clock
		});
	} catch (thrown) {
		await backend.close().catch(() => {});
		throw thrown;
	}
}
const FORMS = "Use sqlite:./sessions.db for a file, or memory: for a trial.";
function parsedUrl(url) {
	if (typeof url !== "string") throw new StoreError("not-a-store", "the address of a store is a string", { advice: FORMS });
	const colon = url.indexOf(":");
	const scheme = url.slice(0, Math.max(colon, 0)).toLowerCase();
	const rest = url.slice(colon + 1);
	if (scheme === "postgres" || scheme === "postgresql") throw new StoreError("store-error", "PostgreSQL is not available in this version", { advice: FORMS });
	if (scheme === "memory") {
		if (rest === "") return {
			scheme,
			rest
		};
		throw new StoreError("not-a-store", "memory: takes nothing after the colon", { advice: FORMS });
	}
	if (scheme !== "sqlite") throw new StoreError("not-a-store", "not the address of a store", { advice: FORMS });
	if (rest === ":memory:") throw new StoreError("not-a-store", "sqlite::memory: is not supported", { advice: "Use memory: instead." });
	if (/^\/\/(?!\/)/.test(rest)) throw new StoreError("not-a-store", "sqlite:// is followed by a third slash or not written", { advice: "Write sqlite:./sessions.db, or sqlite:/absolute/path/sessions.db." });
	if (rest === "" || rest.includes("\0")) throw new StoreError("not-a-store", "sqlite: needs the path of a file", { advice: FORMS });
	return {
		scheme,
		rest
	};
}
async function openBackend(scheme, rest, clock, key) {
	if (scheme === "memory") return {
		backend: memoryBackend(clock),
		key: key ?? randomBytes(32)
	};
	const { openSqlite } = await Promise.resolve().then(() => (init_open(), open_exports));
	return openSqlite(rest, clock, key);
}
async function givenKey(key) {
	if (key === void 0) return void 0;
	if (typeof key !== "function") return checkedKey(key, "key");
	let fetched;
	try {
		fetched = await key();
	} catch (cause) {
		throw new StoreError("store-error", "the key could not be fetched", {
			cause,
			advice: "See what the `key` function of openStore() says, and try again."
		});
	}
	return checkedKey(fetched, "key");
}
function checkedKey(key, name) {
	if (key instanceof Uint8Array && key.length === 32) return Uint8Array.from(key);
	throw new LinkError("invalid-options", `${name} must be 32 bytes`);
}
// test/linking/transcripts/plain.ts
init_errors();
init_bridge();
/** Members that are undefined are left out, as the machine's own comparisons take them. */
function plain(value) {
	if (value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string") return value;
	if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("hex") };
	if (value instanceof Date) return { date: value.getTime() };
	if (value instanceof LinkError) return { error: plain(errorParts(value)) };
	if (Array.isArray(value)) return value.map(plain);
	if (isNode(value)) return {
		stanza: Buffer.from(encodeNode$1(value)).toString("hex"),
		reads: readable(value)
	};
	if (typeof value !== "object") throw new TypeError(`a transcript cannot hold a ${typeof value}`);
	return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => member === void 0 ? [] : [[name, plain(member)]]));
}
/** For readers of the file, and a second look at the bytes: text where it is text, hex where it is not. */
function readable({ tag, attrs, content }) {
	if (content === void 0) return {
		tag,
		attrs: { ...attrs }
	};
	if (typeof content === "string") return {
		tag,
		attrs: { ...attrs },
		text: content
	};
	if (content instanceof Uint8Array) return {
		tag,
		attrs: { ...attrs },
		hex: Buffer.from(content).toString("hex")
	};
	return {
		tag,
		attrs: { ...attrs },
		children: content.map(readable)
	};
}
function errorParts({ code, message, advice, retryable, status, reason, retryAfterMs }) {
	return {
		code,
		message,
		advice,
		retryable,
		status,
		reason,
		retryAfterMs
	};
}
function isNode(value) {
	return typeof value === "object" && value !== null && "tag" in value && "attrs" in value;
}
// test/linking/keys.ts
const PRIVATE_HEAD = Buffer.from("302e020100300506032b656e04220420", "hex");
const PUBLIC_HEAD_BYTES = 12;
/** `length` bytes (32 at most) that a label stands for. */
function bytesFrom(label, length = 32) {
	return createHash("sha256").update(label).digest().subarray(0, length);
}
function keyPairFrom(label) {
	return keyPairOf(bytesFrom(label));
}
function keyPairOf(seed) {
	const secret = Buffer.from(seed);
	secret.writeUInt8(secret.readUInt8(0) & 248, 0);
	secret.writeUInt8(secret.readUInt8(31) & 127 | 64, 31);
	const key = createPrivateKey({
		key: Buffer.concat([PRIVATE_HEAD, secret]),
		format: "der",
		type: "pkcs8"
	});
	return {
		private: secret,
		public: createPublicKey(key).export({
			format: "der",
			type: "spki"
		}).subarray(PUBLIC_HEAD_BYTES)
	};
}
function toHex(bytes) {
	return Buffer.from(bytes).toString("hex");
}
// test/linking/transcripts/seeded.ts
init_bridge();
function seededRandomness(seed) {
	let drawn = 0;
	const label = () => `${seed} ${++drawn}`;
	return {
		bytes: (length) => Uint8Array.from(bytesFrom(label(), length)),
		keyPair: () => keyPairFrom(label()),
		registrationId: () => 7777,
		sign
	};
}
// test/linking/transcripts/transcript.ts
function recordedStep(input, moment, effects) {
	return {
		input: plain(input),
		moment: plain(moment),
		effects: plain(effects)
	};
}
// test/linking/transcripts/record.ts
const NUMBER = "12025550123";
/** @param date as it stands in the origin, for example `2026-11-23` */
async function record(handshake, date) {
	const emulator = await startEmulator();
	const clock = createVirtualClock(systemClock);
	const store = await openStore("memory:");
	const randomness = seededRandomness(`transcript of ${handshake.name}`);
	const steps = [];
	const events = [];
	const waiting = /* @__PURE__ */ new Set();
	let begun;
	const phone = emulator.addPhone(NUMBER);
	handshake.prepare?.(emulator);
	const event = async (type, nth = 1) => {
		for (;;) {
			const found = events.filter((one) => one.type === type)[nth - 1];
			if (found !== void 0) return found;
			await new Promise((resolve) => waiting.add(resolve));
		}
	};
	try {
		const ended = startAttempt({
			session: "recorded",
			store: internalsOf(store),
			phone: {
				digits: NUMBER,
				accountKey: NUMBER
			},
			device: resolveDevice({ os: "Windows" }, "linux"),
			endpoint: emulator.endpoint,
			version: [
				2,
				3e3,
				1043857760
			],
			country: "US",
			fullHistory: true,
			notify: true,
			qr: false,
			refresh: "auto",
			passkey: "fail",
			maxCodes: 3,
			codeTtlMs: 18e4,
			timeoutMs: 6e5,
			connectTimeoutMs: 2e4,
			retry: {
				attempts: 3,
				delayMs: 0,
				maxDelayMs: 0
			},
			fixedCode: void 0,
			firstCode: handshake.options && "phone" in handshake.options ? void 0 : drawCode(void 0, randomness.bytes),
			clock,
			logger: silentLogger,
			agent: void 0,
			randomness,
			onBegin: (settings, advSecret) => {
				begun = {
					settings,
					advSecret
				};
			},
			onStep: (input, moment, effects) => steps.push(recordedStep(input, moment, effects)),
			onEvent: (one) => {
				events.push(one);
				console.error(one.type, one.reason ?? "", one.error?.message ?? "", clock.now());
				for (const wake of waiting) wake();
				waiting.clear();
			},
			...handshake.options
		}).ended.then(() => void 0, (error) => error.code);
		await handshake.play?.({
			emulator,
			phone,
			advance: clock.advance,
			event
		});
		const outcome = await ended;
		if (outcome !== handshake.fails) throw new Error(`${handshake.name} ended with ${outcome ?? "a link"}`);
	} finally {
		clock.stop();
		await store.close();
		await emulator.stop();
	}
	if (begun === void 0) throw new Error("the attempt never began");
	return {
		about: handshake.about,
		origin: `Recorded by scripts/record-handshakes.mjs on ${date}: this package's attempt, its randomness seeded, against this package’s emulator. The numbers, keys and codes are examples.`,
		settings: plain(begun.settings),
		advSecret: plain(begun.advSecret),
		steps
	};
}
// test/linking/primary.ts
/** salt ‖ iv ‖ AES-CTR(the phone's ephemeral public key): 80 bytes. */
async function wrapPrimaryEphemeral(code, publicKey, salt, iv) {
	const key = await derivePairingCodeKey(code, Buffer.from(salt));
	return Buffer.concat([
		salt,
		iv,
		aesEncryptCTR(publicKey, key, iv)
	]);
}
// test/linking/registration-server.ts
init_bridge();
/** For one connection. */
async function serveOneRegistration(onReady) {
	const root = generateKeyPair();
	const staticKey = generateKeyPair();
	const socketServer = new WebSocketServer({
		host: "127.0.0.1",
		port: 0
	});
	await new Promise((resolve) => socketServer.once("listening", resolve));
	trustRoot(root.public);
	const stanzas = [];
	const waiting = /* @__PURE__ */ new Set();
	let gotPayload = () => {};
	const payload = new Promise((resolve) => {
		gotPayload = resolve;
	});
	let write = () => {
		throw new Error("nobody is connected");
	};
	socketServer.on("connection", (socket) => {
		const frames = createFrameReader();
		let introduced = false;
		let handshake;
		let ciphers;
		const take = (bytes) => {
			if (handshake === void 0) {
				const chain = issueChain({
					root,
					staticKey: staticKey.public,
					now: Date.now()
				});
				handshake = answerHandshake({
					clientHello: bytes,
					ephemeral: generateKeyPair(),
					staticKey,
					chain
				});
				socket.send(frame(handshake.hello));
			} else if (ciphers === void 0) {
				const finished = handshake.finish(bytes);
				ciphers = finished;
				write = (stanza) => socket.send(frame(finished.send.seal(encodeNode$1(stanza))));
				gotPayload(finished.payload);
				onReady(server);
			} else {
				const plaintext = ciphers.receive.open(bytes);
				const sent = {
					plaintext,
					stanza: decodeNode$1(plaintext)
				};
				stanzas.push(sent);
				for (const one of waiting) {
					if (!one.fits(sent.stanza)) continue;
					waiting.delete(one);
					one.resolve(sent);
				}
			}
		};
		socket.on("message", (data) => {
			const bytes = introduced ? data : data.subarray(NOISE_HEADER.length);
			introduced = true;
			for (const whole of frames.push(bytes)) take(whole);
		});
	});
	const { port } = socketServer.address();
	const server = {
		url: `ws://127.0.0.1:${port}/ws/chat`,
		payload: () => payload,
		sent(fits) {
			const past = stanzas.find(({ stanza }) => fits(stanza));
			return past === void 0 ? new Promise((resolve) => waiting.add({
				fits,
				resolve
			})) : Promise.resolve(past);
		},
		send: (stanza) => write(stanza),
		async close() {
			distrustRoot(root.public);
			for (const client of socketServer.clients) client.terminate();
			await new Promise((resolve) => socketServer.close(resolve));
		}
	};
	return server;
}
// test/linking/server-stanzas.ts
init_nodes();
const SERVER = "s.whatsapp.net";
const SIX_REFS = [
	"2@one",
	"2@two",
	"2@three",
	"2@four",
	"2@five",
	"2@six"
];
function pairDevice(refs = SIX_REFS, id = "pd-1") {
	const content = refs.map((ref) => node("ref", {}, Buffer.from(ref)));
	return node("iq", {
		type: "set",
		id,
		from: SERVER,
		xmlns: "md"
	}, [node("pair-device", {}, content)]);
}
function helloAccepted(id, ref) {
	return iqResult(id, [node("link_code_companion_reg", { stage: "companion_hello" }, [node("link_code_pairing_ref", {}, ref)])]);
}
function iqResult(id, content) {
	return node("iq", {
		type: "result",
		id,
		from: SERVER
	}, content);
}
function primaryHello(parts = {}) {
	const { without } = parts;
	const child = node("link_code_companion_reg", { stage: "primary_hello" }, [
		...without === "ref" ? [] : [node("link_code_pairing_ref", {}, parts.ref ?? Buffer.from("ref"))],
		...without === "wrapped" ? [] : [node("link_code_pairing_wrapped_primary_ephemeral_pub", {}, parts.wrapped ?? Buffer.alloc(80, 3))],
		...without === "identity" ? [] : [node("primary_identity_pub", {}, parts.identity ?? Buffer.alloc(32, 5))]
	]);
	return notification("link_code_companion_reg", without === "child" ? [] : [child], parts.id);
}
function notification(type, content, id = "n-1", attrs = {}) {
	return node("notification", {
		type,
		id,
		from: SERVER,
		...attrs
	}, content);
}
// test/linking/transcripts/record-baileys.ts
init_nodes();
const CODE = "K7QX2MTB";
const DIGITS = "12025550123";
const REF = Buffer.from("3@a ref of WhatsApp");
const PHONE = {
	ephemeral: keyPairFrom("phone ephemeral"),
	identity: keyPairFrom("phone identity")
};
const stage = (name) => (stanza) => childOf(stanza, "link_code_companion_reg")?.attrs["stage"] === name;
/** @param date as it stands in the origin · @param version of the installed Baileys */
async function recordBaileys(date, version) {
	const server = await serveOneRegistration((ready) => ready.send(pairDevice()));
	const creds = initAuthCreds();
	const sock = makeWASocket({
		waWebSocketUrl: server.url,
		auth: {
			creds,
			keys: {
				get: () => ({}),
				set: () => {}
			}
		},
		browser: [
			"Windows",
			"Chrome",
			"1"
		],
		logger: pino({ level: "silent" }),
		fireInitQueries: false
	});
	sock.ev.on("creds.update", (update) => void Object.assign(creds, update));
	try {
		await new Promise((resolve) => {
			sock.ev.on("connection.update", (update) => {
				if (update.qr !== void 0) resolve();
			});
		});
		await sock.requestPairingCode(DIGITS, CODE);
		const hello = await server.sent(stage("companion_hello"));
		server.send(helloAccepted(hello.stanza.attrs["id"] ?? "", REF));
		const wrapped = await wrapPrimaryEphemeral(CODE, PHONE.ephemeral.public, bytesFrom("salt"), bytesFrom("iv", 16));
		server.send(primaryHello({
			ref: REF,
			wrapped,
			identity: PHONE.identity.public
		}));
		const finish = await server.sent(stage("companion_finish"));
		if (bytesOf$2(childOf(childOf(finish.stanza, "link_code_companion_reg"), "link_code_pairing_ref")) === void 0) throw new Error("the finish has no ref");
		await new Promise((resolve) => setImmediate(resolve));
		return {
			about: "companion_hello and companion_finish of unmodified Baileys, and what a phone needs to open them.",
			origin: `Recorded by scripts/record-handshakes.mjs on ${date} from baileys ${version} as npm installs it: its own bytes.`,
			code: CODE,
			digits: DIGITS,
			noisePublicKey: toHex(creds.noiseKey.public),
			identityPublicKey: toHex(creds.signedIdentityKey.public),
			hello: toHex(hello.plaintext),
			ref: toHex(REF),
			phoneEphemeralPrivate: toHex(PHONE.ephemeral.private),
			phoneIdentityPrivate: toHex(PHONE.identity.private),
			finish: toHex(finish.plaintext),
			advSecret: toHex(Buffer.from(creds.advSecretKey, "base64"))
		};
	} finally {
		await sock.end(void 0);
		await server.close();
	}
}
export { HANDSHAKES, record, recordBaileys };
