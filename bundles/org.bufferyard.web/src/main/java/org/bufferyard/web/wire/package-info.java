/** What travels: messages in, answers out, failures, events. docs/editor-protocol.md is its reference. */
package org.bufferyard.web.wire;
