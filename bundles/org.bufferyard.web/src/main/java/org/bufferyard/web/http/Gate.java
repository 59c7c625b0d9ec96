package org.bufferyard.web.http;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.Set;
import org.bufferyard.web.wire.Failure;

/**
 * Who may ask. On loopback everybody who asks for a loopback host by name: a site that lets its own
 * name lead here (DNS rebinding) does not. Elsewhere whoever has the token. A request that changes
 * something carries a header that another site's page cannot send, and no foreign Origin. Safe for
 * any thread.
 */
public final class Gate {
  static final String COOKIE = "bufferyard";

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String CLIENT = "X-Bufferyard";
  private static final String BEARER = "Bearer ";

  private final Optional<String> token;

  /**
   * @param token that everybody needs; empty when only this machine can connect
   */
  public Gate(Optional<String> token) {
    this.token = token;
  }

  /**
   * Lets an API request through or throws.
   *
   * @throws Failure why not
   */
  void check(HttpServletRequest request) {
    checkHost(request);
    checkOrigin(request);
    if (!request.getMethod().equals("GET")
        && Optional.ofNullable(request.getHeader(CLIENT)).orElse("").isBlank()) {
      throw new Failure(
          Failure.Kind.CSRF, "a request that changes something has the header " + CLIENT);
    }
    if (!hasToken(request)) {
      throw new Failure(
          Failure.Kind.TOKEN, "open the address that the server printed, with its token");
    }
  }

  void checkHost(HttpServletRequest request) {
    String host = Optional.ofNullable(request.getHeader("Host")).orElse("");
    if (token.isEmpty() && !LOOPBACK.contains(withoutPort(host))) {
      throw new Failure(
          Failure.Kind.HOST, "'" + host + "' is not this machine; ask for localhost");
    }
  }

  private static String withoutPort(String host) {
    return host.replaceFirst(":\\d+$", "");
  }

  private static void checkOrigin(HttpServletRequest request) {
    String origin = request.getHeader("Origin");
    String site = request.getHeader("Sec-Fetch-Site");
    boolean foreign = site != null && (site.equals("cross-site") || site.equals("same-site"));
    if (origin != null && !isOwn(origin, request.getHeader("Host")) || foreign) {
      throw new Failure(Failure.Kind.ORIGIN, "a page of another site asked; it may not");
    }
  }

  private static boolean isOwn(String origin, String host) {
    try {
      return URI.create(origin).getRawAuthority() != null
          && URI.create(origin).getRawAuthority().equalsIgnoreCase(host);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  boolean hasToken(HttpServletRequest request) {
    if (token.isEmpty()) {
      return true;
    }
    String header = Optional.ofNullable(request.getHeader("Authorization")).orElse("");
    if (header.startsWith(BEARER) && isToken(header.substring(BEARER.length()))) {
      return true;
    }
    if (request.getCookies() != null) {
      for (Cookie cookie : request.getCookies()) {
        if (cookie.getName().equals(COOKIE) && isToken(cookie.getValue())) {
          return true;
        }
      }
    }
    return false;
  }

  /** In the same time whatever is wrong with it. */
  boolean isToken(String given) {
    return token.isPresent()
        && MessageDigest.isEqual(
            given.getBytes(StandardCharsets.UTF_8), token.get().getBytes(StandardCharsets.UTF_8));
  }

  /** What every answer says to the browser. */
  static void protect(HttpServletResponse response) {
    response.setHeader(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
            + "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
  }
}
