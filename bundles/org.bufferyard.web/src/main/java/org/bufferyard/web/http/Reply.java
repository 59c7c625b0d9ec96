package org.bufferyard.web.http;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One answer.
 *
 * @param type of the body
 * @param tag for {@code ETag}; empty for what changes with every look
 */
record Reply(int status, String type, byte[] body, Optional<String> tag) {
  private static final String JSON = "application/json;charset=utf-8";

  static Reply of(JsonObject json) {
    return of(json.toString());
  }

  static Reply of(String json) {
    return new Reply(200, JSON, json.getBytes(StandardCharsets.UTF_8), Optional.empty());
  }

  static Reply failed(int status, JsonObject json) {
    return new Reply(
        status, JSON, json.toString().getBytes(StandardCharsets.UTF_8), Optional.empty());
  }

  static Reply tagged(String json, String tag) {
    return new Reply(200, JSON, json.getBytes(StandardCharsets.UTF_8), Optional.of(tag));
  }

  static Reply xml(byte[] text) {
    return new Reply(200, "application/xml;charset=utf-8", text, Optional.empty());
  }
}
