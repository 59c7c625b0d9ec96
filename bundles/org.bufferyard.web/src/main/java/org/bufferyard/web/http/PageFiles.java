package org.bufferyard.web.http;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bufferyard.web.wire.Failure;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code /}: the page, out of this bundle; or how to build it, when it was built without. */
@Component(
    service = Servlet.class,
    property = HttpWhiteboard.PATTERN + "/*")
public final class PageFiles extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** Where the build puts the page. */
  static final String FOLDER = "/page";

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "css", "text/css;charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "json", "application/json;charset=utf-8",
          "map", "application/json;charset=utf-8",
          "txt", "text/plain;charset=utf-8",
          "woff2", "font/woff2");

  private static final String UNBUILT =
      """
      <!doctype html><html lang="en"><meta charset="utf-8"><title>Bufferyard</title>
      <h1>The page was not built</h1>
      <p>This Bufferyard runs, and its API answers, but it was built without the page: Node was not
      found. Install Node 20 or newer with npm, and run <code>mvn package</code> in the checkout; then
      start it again.</p></html>
      """;

  private final transient OpenPage page;

  @Activate
  public PageFiles(@Reference OpenPage page) {
    this.page = page;
  }

  /** Whether the page was built. */
  public static boolean areBuilt() {
    return PageFiles.class.getResource(FOLDER + "/index.html") != null;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Gate.protect(response);
    try {
      Counter open = page.counter().orElseThrow(() -> Failure.notFound("there is no page yet"));
      open.gate().checkHost(request);
      if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
        throw new Failure(Failure.Kind.METHOD, "the page is got, not sent");
      }
      Optional<String> token = new Ask(request).query("token");
      if (token.isPresent() && open.gate().isToken(token.get())) {
        enter(response, token.get());
        return;
      }
      if (!open.gate().hasToken(request)) {
        throw new Failure(
            Failure.Kind.TOKEN, "open the address that the server printed, with its token");
      }
      send(request, response);
    } catch (Failure e) {
      write(response, e.status(), "text/plain;charset=utf-8", e.getMessage() + "\n");
    }
  }

  /** The browser keeps the token, the address bar does not. */
  private static void enter(HttpServletResponse response, String token) {
    response.setHeader(
        "Set-Cookie",
        Gate.COOKIE
            + "="
            + URLEncoder.encode(token, StandardCharsets.UTF_8)
            + "; Path=/; HttpOnly; SameSite=Strict");
    response.setHeader("Location", "/");
    response.setStatus(HttpServletResponse.SC_SEE_OTHER);
  }

  private static void send(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String path = Optional.ofNullable(request.getPathInfo()).orElse("/");
    String file = path.equals("/") ? "/index.html" : path;
    if (!areBuilt() && file.equals("/index.html")) {
      write(response, 200, "text/html;charset=utf-8", UNBUILT);
      return;
    }
    if (!file.matches("(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")) {
      throw Failure.notFound(file + ": there is no such file");
    }
    String type = TYPES.get(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    try (InputStream in = PageFiles.class.getResourceAsStream(FOLDER + file)) {
      if (in == null || type == null) {
        throw Failure.notFound(file + ": there is no such file");
      }
      byte[] body = in.readAllBytes();
      response.setHeader("Cache-Control", "no-cache");
      response.setContentType(type);
      response.setContentLength(body.length);
      if (request.getMethod().equals("GET")) {
        response.getOutputStream().write(body);
      }
    }
  }

  private static void write(HttpServletResponse response, int status, String type, String text)
      throws IOException {
    response.setHeader("Cache-Control", "no-store");
    response.setStatus(status);
    response.setContentType(type);
    response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }
}
