package org.bufferyard.web.http;

import com.google.gson.JsonObject;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;

/** One request, read with limits. */
final class Ask {
  static final int LARGEST = 16 << 20;

  private static final int LONGEST_CLIENT = 40;
  private static final int DRAINED_AT_A_TIME = 1 << 16;

  private final HttpServletRequest request;
  private final List<String> path;

  Ask(HttpServletRequest request) {
    this.request = request;
    String info = Optional.ofNullable(request.getPathInfo()).orElse("");
    path = Arrays.stream(info.split("/")).filter(p -> !p.isEmpty()).toList();
  }

  String method() {
    return request.getMethod();
  }

  /** Below {@code /api}. */
  List<String> path() {
    return path;
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(request.getHeader(name));
  }

  /** The page that asks. */
  String client() {
    String client = header("X-Bufferyard").orElse("");
    return client.length() > LONGEST_CLIENT || !client.matches("[A-Za-z0-9._-]*") ? "" : client;
  }

  /** A parameter of the address; the body is never read for one. */
  Optional<String> query(String name) {
    String query = Optional.ofNullable(request.getQueryString()).orElse("");
    for (String pair : query.split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0 && pair.substring(0, equals).equals(name)) {
        try {
          return Optional.of(
              URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
          throw Failure.bad("'" + name + "' is not encoded as addresses are");
        }
      }
    }
    return Optional.empty();
  }

  String needed(String name) {
    return query(name).orElseThrow(() -> Failure.bad("'" + name + "' is missing"));
  }

  /** The JSON object in the body. */
  Message message() throws IOException {
    String type = Optional.ofNullable(request.getContentType()).orElse("");
    if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw Failure.bad("the body is sent as '" + type + "'; send application/json");
    }
    byte[] body = body();
    if (body.length == 0) {
      return new Message(new JsonObject());
    }
    try {
      return Message.parse(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString());
    } catch (CharacterCodingException e) {
      throw Failure.bad("the body is no UTF-8");
    }
  }

  byte[] body() throws IOException {
    try (InputStream in = request.getInputStream()) {
      boolean fits = request.getContentLengthLong() <= LARGEST;
      byte[] body = fits ? in.readNBytes(LARGEST + 1) : new byte[0];
      if (!fits || body.length > LARGEST) {
        drain(in);
        throw tooLarge();
      }
      return body;
    }
  }

  /** A sender that is cut off in mid-sentence does not hear the answer; a very long one is. */
  private static void drain(InputStream in) throws IOException {
    long left = 4L * LARGEST;
    while (left > 0) {
      long skipped = in.readNBytes(DRAINED_AT_A_TIME).length;
      if (skipped == 0) {
        return;
      }
      left -= skipped;
    }
  }

  private static Failure tooLarge() {
    return new Failure(Failure.Kind.TOO_LARGE, "the body is larger than " + LARGEST + " bytes");
  }
}
