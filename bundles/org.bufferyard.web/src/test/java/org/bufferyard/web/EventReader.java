package org.bufferyard.web;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Reads a stream of server-sent events as a browser does. */
final class EventReader implements AutoCloseable {
  private static final long SECONDS = 20;

  /** One event. */
  record Event(String id, String type, JsonObject data) {}

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final InputStream in;

  EventReader(InputStream in) {
    this.in = in;
    Thread.ofVirtual().start(this::read);
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      String id = "";
      String type = "";
      String line = lines.readLine();
      while (line != null) {
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          type = line.substring(7);
        } else if (line.startsWith("data: ")) {
          events.add(
              new Event(id, type, JsonParser.parseString(line.substring(6)).getAsJsonObject()));
        }
        line = lines.readLine();
      }
    } catch (IOException e) {
      // The server or the test closed it.
    }
  }

  /** The next event of a type that fits; others are passed over. */
  Event await(String type, Predicate<JsonObject> fits) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (true) {
      Event event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (event == null) {
        throw new AssertionError("no such " + type + " event");
      }
      if (event.type().equals(type) && fits.test(event.data())) {
        return event;
      }
    }
  }

  Event await(String type) throws InterruptedException {
    return await(type, data -> true);
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
