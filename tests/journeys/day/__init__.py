"""What the journeys share: people with a device in their hand, and somebody who listens to what the browser complains about."""
