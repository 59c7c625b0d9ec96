package org.bufferyard.web.http;

import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.web.wire.Failure;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code /api/*}: passes the gate, asks the desk, writes the answer or one line of failure. */
@Component(
    service = Servlet.class,
    property = HttpWhiteboard.PATTERN + "/api/*")
public final class Endpoint extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final System.Logger LOG = System.getLogger(Endpoint.class.getName());

  private final transient OpenPage page;

  @Activate
  public Endpoint(@Reference OpenPage page) {
    this.page = page;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Gate.protect(response);
    response.setHeader("Cache-Control", "no-store");
    Reply reply = reply(request);
    if (reply.tag().isPresent()) {
      response.setHeader("ETag", reply.tag().get());
      response.setHeader("Cache-Control", "no-cache");
      if (reply.tag().get().equals(request.getHeader("If-None-Match"))) {
        response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
        return;
      }
    }
    if (reply.status() >= HttpServletResponse.SC_BAD_REQUEST && hasBody(request)) {
      // Perhaps nobody has read it, and the server then ends the connection: the client must know,
      // or its next request is lost on it.
      response.setHeader("Connection", "close");
    }
    response.setStatus(reply.status());
    response.setContentType(reply.type());
    response.setContentLength(reply.body().length);
    response.getOutputStream().write(reply.body());
  }

  private static boolean hasBody(HttpServletRequest request) {
    return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
  }

  private Reply reply(HttpServletRequest request) throws IOException {
    try {
      Counter open =
          page.counter().orElseThrow(() -> Failure.notFound("there is no workspace yet"));
      open.gate().check(request);
      return open.answer(new Ask(request));
    } catch (Failure e) {
      return Reply.failed(e.status(), e.json());
    } catch (BadInputException e) {
      Failure failure = Failure.refused(e.getMessage());
      return Reply.failed(failure.status(), failure.json());
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a request failed", e);
      Failure failure =
          new Failure(
              Failure.Kind.INTERNAL,
              "this is a bug of Bufferyard: " + e.getClass().getSimpleName()
                  + " (its log says more)");
      return Reply.failed(failure.status(), failure.json());
    }
  }
}
