package org.bufferyard.platform.registry;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Wants to know when another choice of plug-ins is due. A whiteboard service: the registry calls
 * every one that is there, on whatever thread the framework or SCR uses, and holds no lock.
 */
@ConsumerType
public interface KindsObserver {
  /**
   * A service came, changed its properties, or was taken out of use. Must return at once: the caller
   * is inside SCR.
   *
   * @param type the kind interface
   */
  void changed(Class<?> type);

  /**
   * A service leaves. Nobody can choose it any more; it still works until this returns, so that what
   * it holds can be undone with its help. Must return within the observer's bound (default 1 s, below
   * the lock timeout of SCR) whether it is done or not.
   *
   * @param kind the service object that was chosen before
   */
  void leaving(Class<?> type, Object kind);
}
