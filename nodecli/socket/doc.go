// Package socket makes the connections of native nodes to a relay: WebSockets
// by coder/websocket.
package socket
