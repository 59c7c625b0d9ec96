package org.bufferyard.web.http;

import com.google.gson.JsonObject;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.bufferyard.web.wire.EventHub;
import org.bufferyard.web.wire.Failure;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * {@code /api/events}: server-sent events. Each page holds one of the container's threads for as long
 * as it stays.
 */
@Component(
    service = Servlet.class,
    property = HttpWhiteboard.PATTERN + "/api/events")
public final class EventStream extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final long BEAT_MILLIS = 10_000;
  private static final int MOST = 100;

  private final transient OpenPage page;

  @Activate
  public EventStream(@Reference OpenPage page) {
    this.page = page;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Gate.protect(response);
    response.setHeader("Cache-Control", "no-store");
    try {
      Counter open =
          page.counter().orElseThrow(() -> Failure.notFound("there is no workspace yet"));
      open.gate().check(request);
      if (!request.getMethod().equals("GET")) {
        throw new Failure(Failure.Kind.METHOD, "events are got, not sent");
      }
      if (open.hub().listeners() >= MOST) {
        throw Failure.refused("there are " + MOST + " pages already");
      }
      stream(open, request, response);
    } catch (Failure e) {
      response.setStatus(e.status());
      response.setContentType("application/json;charset=utf-8");
      response.getOutputStream().write(e.json().toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void stream(
      Counter open, HttpServletRequest request, HttpServletResponse response) throws IOException {
    response.setContentType("text/event-stream;charset=utf-8");
    OutputStream out = response.getOutputStream();
    JsonObject hello = new JsonObject();
    hello.addProperty("boot", open.hub().boot());
    hello.addProperty("schemaRev", open.schema().rev());
    Optional<String> last = Optional.ofNullable(request.getHeader("Last-Event-ID"));
    try (EventHub.Listener listener = open.hub().join(hello, last)) {
      while (true) {
        Optional<EventHub.Event> event = listener.next(BEAT_MILLIS);
        if (event.isPresent() && listener.isEnd(event.get())) {
          return;
        }
        out.write(event.map(EventStream::text).orElse(":\n\n").getBytes(StandardCharsets.UTF_8));
        // What waits already goes out in one piece.
        Optional<EventHub.Event> more = listener.next(0);
        while (more.isPresent() && !listener.isEnd(more.get())) {
          out.write(text(more.get()).getBytes(StandardCharsets.UTF_8));
          more = listener.next(0);
        }
        response.flushBuffer();
        if (more.isPresent()) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String text(EventHub.Event event) {
    return "id: " + event.id() + "\nevent: " + event.type() + "\ndata: " + event.data() + "\n\n";
  }
}
