package org.bufferyard.web.wire;

import com.google.gson.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The one stream of events, to any number of pages. Keeps the last {@value #KEPT} for pages that
 * come back. A page that does not read is let go when {@value #KEPT} wait for it. Safe for any
 * thread; publishing never blocks.
 */
public final class EventHub {
  static final int KEPT = 1000;

  /**
   * What is told.
   *
   * @param id of the stream and the place in it, as {@code Last-Event-ID} has it
   */
  public record Event(String id, String type, String data) {}

  private static final Event END = new Event("", "", "");

  private final String boot;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();

  // Guarded by this.
  private final Deque<Event> kept = new ArrayDeque<>();
  private long next = 1;
  private boolean closed;

  /**
   * @param boot differs from one server start to the next
   */
  public EventHub(String boot) {
    this.boot = boot;
  }

  public String boot() {
    return boot;
  }

  /** One page. */
  public final class Listener implements AutoCloseable {
    private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>(2 * KEPT + 2);

    /** The next event; empty when none came within the time. */
    public Optional<Event> next(long millis) throws InterruptedException {
      return Optional.ofNullable(queue.poll(millis, TimeUnit.MILLISECONDS));
    }

    /** Whether an event says that the stream is over. */
    public boolean isEnd(Event event) {
      return event == END;
    }

    @Override
    public void close() {
      listeners.remove(this);
    }

    private void offer(Event event) {
      if (!queue.offer(event)) {
        listeners.remove(this);
        queue.clear();
        queue.add(END);
      }
    }
  }

  public synchronized void publish(String type, JsonObject data) {
    if (closed) {
      return;
    }
    Event event = new Event(boot + "-" + next++, type, data.toString());
    kept.addLast(event);
    if (kept.size() > KEPT) {
      kept.removeFirst();
    }
    listeners.forEach(l -> l.offer(event));
  }

  /**
   * Joins a page: hello first, then what it missed, or the word that this is no longer known.
   *
   * @param hello data of that event
   * @param lastId of the last event it saw
   */
  public synchronized Listener join(JsonObject hello, Optional<String> lastId) {
    Listener listener = new Listener();
    listener.offer(new Event(boot + "-" + (next - 1), "hello", hello.toString()));
    if (lastId.isPresent()) {
      Optional<List<Event>> missed = since(lastId.get());
      if (missed.isPresent()) {
        missed.get().forEach(listener::offer);
      } else {
        JsonObject resync = new JsonObject();
        resync.addProperty("reason", "what happened meanwhile is no longer known");
        listener.offer(new Event(boot + "-" + (next - 1), "resync", resync.toString()));
      }
    }
    if (closed) {
      listener.offer(END);
    } else {
      listeners.add(listener);
    }
    return listener;
  }

  private Optional<List<Event>> since(String lastId) {
    if (!lastId.startsWith(boot + "-")) {
      return Optional.empty();
    }
    long seen;
    try {
      seen = Long.parseLong(lastId.substring(boot.length() + 1));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    if (seen >= next || next - 1 - seen > kept.size()) {
      return Optional.empty();
    }
    List<Event> missed = new ArrayList<>(kept);
    return Optional.of(missed.subList((int) (missed.size() - (next - 1 - seen)), missed.size()));
  }

  public int listeners() {
    return listeners.size();
  }

  /** Ends every page's stream. */
  public synchronized void close() {
    closed = true;
    listeners.forEach(l -> l.offer(END));
    listeners.clear();
  }
}
