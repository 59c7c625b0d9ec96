package org.bufferyard.web.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EventHubTest {
  private final EventHub hub = new EventHub("boot");

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      hub.publish("change", new JsonObject());
    }
  }

  private static EventHub.Event next(EventHub.Listener listener) throws InterruptedException {
    return listener.next(0).orElseThrow();
  }

  @Test
  void onlyWhatWasMissedComesAgain() throws InterruptedException {
    publish(3);
    EventHub.Listener listener = hub.join(new JsonObject(), Optional.of("boot-1"));
    assertEquals("hello", next(listener).type());
    assertEquals("boot-2", next(listener).id());
    assertEquals("boot-3", next(listener).id());
    assertTrue(listener.next(0).isEmpty());
    publish(1);
    assertEquals("boot-4", next(listener).id());
  }

  @Test
  void whatIsNoLongerKnownIsSaid() throws InterruptedException {
    publish(EventHub.KEPT + 2);
    for (String id : new String[] {"boot-1", "other-1", "boot-99999", "boot-x", ""}) {
      EventHub.Listener listener = hub.join(new JsonObject(), Optional.of(id));
      next(listener);
      assertEquals("resync", next(listener).type(), id);
    }
    EventHub.Listener listener = hub.join(new JsonObject(), Optional.of("boot-2"));
    next(listener);
    assertEquals("boot-3", next(listener).id());
  }

  @Test
  void aPageThatDoesNotReadIsLetGo() throws InterruptedException {
    EventHub.Listener sleeper = hub.join(new JsonObject(), Optional.empty());
    EventHub.Listener reader = hub.join(new JsonObject(), Optional.empty());
    for (int i = 0; i < 3 * EventHub.KEPT; i++) {
      publish(1);
      next(reader);
    }
    assertEquals(1, hub.listeners());
    assertTrue(sleeper.isEnd(next(sleeper)));
  }

  @Test
  void closingEndsEveryStream() throws InterruptedException {
    EventHub.Listener listener = hub.join(new JsonObject(), Optional.empty());
    hub.close();
    next(listener);
    assertTrue(listener.isEnd(next(listener)));
    publish(1);
    EventHub.Listener late = hub.join(new JsonObject(), Optional.empty());
    next(late);
    assertTrue(late.isEnd(next(late)));
  }
}
