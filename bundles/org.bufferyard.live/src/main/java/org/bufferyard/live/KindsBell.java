package org.bufferyard.live;

import java.util.Optional;
import org.bufferyard.platform.registry.KindsObserver;
import org.osgi.service.component.annotations.Component;

/**
 * Hands on what the registry tells. It needs nobody, so the registry can have it before the yards
 * are there, which need the registry. Safe for any thread.
 */
@Component(service = {KindsObserver.class, KindsBell.class})
public final class KindsBell implements KindsObserver {
  private volatile Optional<KindsObserver> listener = Optional.empty();

  void listen(KindsObserver to) {
    listener = Optional.of(to);
  }

  void stop() {
    listener = Optional.empty();
  }

  @Override
  public void changed(Class<?> type) {
    listener.ifPresent(to -> to.changed(type));
  }

  @Override
  public void leaving(Class<?> type, Object kind) {
    listener.ifPresent(to -> to.leaving(type, kind));
  }
}
