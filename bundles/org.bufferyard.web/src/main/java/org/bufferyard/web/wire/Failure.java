package org.bufferyard.web.wire;

import com.google.gson.JsonObject;
import java.util.Objects;

/** A request that is not carried out, in one line for a person. */
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Status and code, as the protocol lists them. */
  public enum Kind {
    BAD_REQUEST(400, "bad-request"),
    TOKEN(401, "token"),
    ORIGIN(403, "origin"),
    CSRF(403, "csrf"),
    HOST(403, "host"),
    PATH(403, "path"),
    NOT_FOUND(404, "not-found"),
    NO_LIVE(404, "no-live"),
    METHOD(405, "method"),
    STALE(409, "stale"),
    EXISTS(409, "exists"),
    DISK(409, "disk"),
    UNSAVED(409, "unsaved"),
    NOT_YOURS(409, "not-yours"),
    TOO_LARGE(413, "too-large"),
    REFUSED(422, "refused"),
    INTERNAL(500, "internal");

    private final int status;
    private final String code;

    Kind(int status, String code) {
      this.status = status;
      this.code = code;
    }
  }

  private final Kind kind;
  private final long rev;

  public Failure(Kind kind, String line) {
    this(kind, line, -1);
  }

  private Failure(Kind kind, String line, long rev) {
    super(Objects.requireNonNull(line, "line").replaceAll("\\s*\\R\\s*", " "));
    this.kind = kind;
    this.rev = rev;
  }

  /** The document moved on. */
  public static Failure stale(String file, long rev) {
    return new Failure(
        Kind.STALE, file + ": somebody else changed it; look again and repeat", rev);
  }

  public static Failure refused(String line) {
    return new Failure(Kind.REFUSED, line);
  }

  public static Failure bad(String line) {
    return new Failure(Kind.BAD_REQUEST, line);
  }

  public static Failure notFound(String line) {
    return new Failure(Kind.NOT_FOUND, line);
  }

  public Kind kind() {
    return kind;
  }

  public int status() {
    return kind.status;
  }

  public JsonObject json() {
    JsonObject error = new JsonObject();
    error.addProperty("code", kind.code);
    error.addProperty("line", getMessage());
    if (rev >= 0) {
      error.addProperty("rev", rev);
    }
    JsonObject json = new JsonObject();
    json.add("error", error);
    return json;
  }
}
