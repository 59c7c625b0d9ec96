package org.bufferyard.shell;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.bufferyard.shell.command.ShellCommand;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** A service reference that has properties and nothing else. */
record NamedReference(Map<String, Object> properties) implements ServiceReference<ShellCommand> {
  @Override
  public Object getProperty(String key) {
    return properties.get(key);
  }

  @Override
  public String[] getPropertyKeys() {
    return properties.keySet().toArray(String[]::new);
  }

  @Override
  public Bundle getBundle() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Bundle[] getUsingBundles() {
    return new Bundle[0];
  }

  @Override
  public boolean isAssignableTo(Bundle bundle, String className) {
    return true;
  }

  @Override
  public int compareTo(Object reference) {
    return 0;
  }

  @Override
  public Dictionary<String, Object> getProperties() {
    return new Hashtable<>(properties);
  }

  @Override
  public <A> A adapt(Class<A> type) {
    throw new UnsupportedOperationException();
  }
}
