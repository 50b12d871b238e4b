import type { Hint } from './hint.ts';

export const won = 'a server that speaks first';

const SUBSCRIBE = 'commands/pubsub/subscribe.ts';
const PUBLISH = 'commands/pubsub/publish.ts';
const PUBSUB = 'pubsub/pubsub.ts#PubSub';
const GUARD = 'pubsub/guard.ts';
const NOTIFICATIONS = 'pubsub/notifications.ts#Notifications';

export const hints: Record<string, Hint> = {
  'SUBSCRIBE confirms each channel with a reply of its own': [
    'SUBSCRIBE a b is answered twice, with the arrays subscribe, a, 1 and subscribe, b, 2. The number counts the subscriptions of this client; a second subscription to the same channel is confirmed, but not counted again.',
    'pubsubSubscribeChannel and addReplyPubsubSubscribed in src/pubsub.c',
    `${SUBSCRIBE}#subscribe`,
  ],
  'UNSUBSCRIBE ends the subscriptions it names': [
    'One array for each channel named: unsubscribe, its name, how many subscriptions are left.',
    'pubsubUnsubscribeChannel in src/pubsub.c',
    `${SUBSCRIBE}#unsubscribe`,
  ],
  'UNSUBSCRIBE without names ends all of them': [
    'Without arguments it means every channel of this client, and confirms each. Their order is free.',
    'pubsubUnsubscribeAllChannels in src/pubsub.c',
    `${SUBSCRIBE}#unsubscribe`,
  ],
  'UNSUBSCRIBE of nothing is confirmed, too': [
    'Without any subscription the reply is still one array: unsubscribe, nil, 0.',
    'addReplyPubsubUnsubscribed in src/pubsub.c',
    `${SUBSCRIBE}#unsubscribe`,
  ],
  'a subscription ends with its connection': [
    'When a connection closes, take the client out of every channel. Otherwise PUBLISH counts clients that are gone.',
    'freeClient in src/networking.c',
    PUBSUB,
  ],
  'a message reaches a subscriber': [
    'Keep a table from channel to clients. PUBLISH writes the array message, channel, text to each of them, and answers its own client with their number.',
    'pubsubPublishMessage in src/pubsub.c',
    PUBSUB,
  ],
  'PUBLISH answers how many clients got it': [
    'Count the subscriptions that the message was delivered to; 0 when there is none.',
    'publishCommand in src/pubsub.c',
    `${PUBLISH}#publish`,
  ],
  'messages come in the order in which they were sent': [
    'Append each message to the output of the subscriber at once, while PUBLISH runs. Do not collect messages by channel.',
    'pubsubPublishMessage in src/pubsub.c',
    PUBSUB,
  ],
  'a channel is the same in every database, and no key': [
    'Channels are outside of the databases: SELECT does not change which messages a client gets, and KEYS does not show a channel.',
    'pubsubPublishMessage in src/pubsub.c',
    PUBSUB,
  ],
  'a long message arrives whole': [
    'A message is a bulk string as in a reply: its length in bytes comes first.',
    'addReplyPubsubMessage in src/pubsub.c',
    PUBSUB,
  ],
  'PSUBSCRIBE takes all channels that a pattern matches': [
    'Keep a second table from pattern to clients. PUBLISH tries every pattern, with the glob of KEYS, and delivers pmessage, pattern, channel, text.',
    'pubsubSubscribePattern in src/pubsub.c',
    PUBSUB,
  ],
  'a message comes once for each subscription that fits, that to the channel first': [
    'A client with a matching channel and two matching patterns gets three arrays. PUBLISH counts all three.',
    'pubsubPublishMessage in src/pubsub.c',
    PUBSUB,
  ],
  'channels and patterns are counted together, and unsubscribed separately': [
    'The number in each confirmation is channels plus patterns. UNSUBSCRIBE leaves patterns alone, and PUNSUBSCRIBE leaves channels alone.',
    'clientSubscriptionsCount in src/pubsub.c',
    'pubsub/subscriptions.ts#Subscriptions',
  ],
  'PUBSUB NUMSUB counts the subscribers of channels, without those of patterns': [
    'The reply is flat: channel, number, channel, number, in the order of the arguments.',
    'pubsubCommand in src/pubsub.c',
    `${PUBLISH}#numsub`,
  ],
  'a RESP2 client that has subscribed may send nothing else': [
    'In RESP2 a message and a reply look alike, so a subscriber may only send the commands of SUBSCRIBE, PING, QUIT and RESET. Everything else gets an error that names the command.',
    'processCommand in src/server.c',
    `${GUARD}#checkSubscribedMode`,
  ],
  'a RESP2 client that has subscribed gets an array from PING': [
    'PING answers the array pong and its message (or the empty string), so that it looks like a message.',
    'pingCommand in src/server.c',
    'commands/connection/connection.ts#ping',
  ],
  'a client is an ordinary one again when its last subscription has ended': [
    'Check for each request whether the client has subscriptions. Keep no flag that could be forgotten.',
    'clientSubscriptionsCount in src/pubsub.c',
    `${GUARD}#isInSubscribedMode`,
  ],
  'in RESP3 confirmations and messages are pushes': [
    'After HELLO 3 the same arrays begin with > instead of *. A push is not a reply: it belongs to no request.',
    'addReplyPushLen in src/networking.c',
    `${SUBSCRIBE}#subscribe`,
  ],
  'in RESP3 a subscriber may send any command': [
    'A RESP3 client can tell pushes from replies, so the guard of RESP2 does not apply to it.',
    'processCommand in src/server.c',
    `${GUARD}#isInSubscribedMode`,
  ],
  'PUBLISH is queued, and sent by EXEC': [
    'Inside MULTI, PUBLISH is a command like any other: QUEUED, and delivered when EXEC runs it.',
    'execCommand in src/multi.c',
    `${PUBLISH}#publish`,
  ],
  'inside EXEC, SUBSCRIBE counts as one element, however many confirmations it has': [
    'The reply of EXEC begins with the number of requests, not of replies. A request that is answered twice writes two arrays in its place.',
    'execCommand in src/multi.c',
    `${SUBSCRIBE}#subscribe`,
  ],
  'ioredis subscribes, by name and by pattern, and publishes': [
    'If everything above passes, this passes. If not, run it with --trace, and look at what the library sends.',
    'subscribeCommand in src/pubsub.c',
    `${SUBSCRIBE}#subscribe`,
  ],
  'a subscriber that leaves too much unread is disconnected': [
    'Count the bytes that wait for each client. Beyond the limit of its class (client-output-buffer-limit pubsub) close the connection, without waiting for it.',
    'checkClientOutputBufferLimits in src/networking.c',
    'network/output-limit.ts#checkOutputLimit',
  ],
  'a subscriber may be silent for as long as it likes': [
    'The test starts your server with --timeout 1 (chapter 01, step 5). A client without subscriptions that sends nothing is closed after a second; a client with subscriptions is not: silence is what a subscriber does.',
    'clientsCronHandleTimeout in src/timeout.c',
    'clients/idle.ts#closeIdleClients',
  ],
  'PUBLISH goes to the replicas as it was typed': [
    'PUBLISH changes no key. It goes to the replicas all the same, for their subscribers, but not to the log.',
    'publishCommand in src/pubsub.c',
    `${PUBLISH}#tellReplicas`,
  ],
  'the channels of SSUBSCRIBE and SPUBLISH are not those of SUBSCRIBE and PUBLISH': [
    'A third table. The words of the arrays are ssubscribe, smessage and sunsubscribe, and they are counted apart.',
    'spublishCommand and ssubscribeCommand in src/pubsub.c',
    `${PUBLISH}#spublish`,
  ],
  'the channel of a key says which event it was': [
    'With K in notify-keyspace-events, each change is published to __keyspace@0__:key, with the name of the event as the message.',
    'notifyKeyspaceEvent in src/notify.c',
    NOTIFICATIONS,
  ],
  'the channel of an event says which key it was': [
    'With E in notify-keyspace-events, each change is published to __keyevent@0__:event, with the key as the message.',
    'notifyKeyspaceEvent in src/notify.c',
    NOTIFICATIONS,
  ],
  'by default no change is published': [
    'notify-keyspace-events is empty at the start, and then no change costs anything.',
    'notifyKeyspaceEvent in src/notify.c',
    NOTIFICATIONS,
  ],
};
