package org.bufferyard.web.http;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.bufferyard.platform.live.Metrics;
import org.bufferyard.web.wire.Failure;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * {@code /metrics}: the counters of the running yards for a monitoring system that fetches them. It
 * passes the same gate as everybody; with a token it sends it as a bearer.
 */
@Component(
    service = Servlet.class,
    property = HttpWhiteboard.PATTERN + "/metrics")
public final class MetricsPage extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private final transient OpenPage page;
  private final transient Metrics metrics;

  @Activate
  public MetricsPage(@Reference OpenPage page, @Reference Metrics metrics) {
    this.page = page;
    this.metrics = metrics;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Gate.protect(response);
    response.setHeader("Cache-Control", "no-store");
    try {
      Counter open = page.counter().orElseThrow(() -> Failure.notFound("there is no page yet"));
      open.gate().check(request);
      if (!request.getMethod().equals("GET")) {
        throw new Failure(Failure.Kind.METHOD, "metrics are got, not sent");
      }
      write(response, Metrics.MEDIA_TYPE, metrics.text());
    } catch (Failure e) {
      response.setStatus(e.status());
      write(response, "text/plain;charset=utf-8", e.getMessage() + "\n");
    }
  }

  private static void write(HttpServletResponse response, String type, String text)
      throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    response.setContentType(type);
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
